import { describe, expect, it } from 'vitest'
import { createFactCheck } from '../../../src/core/record/check-facts.ts'
import { createHistoryCheck } from '../../../src/core/record/check-history.ts'
import { isFactGenuine, signFact } from '../../../src/core/record/fact-form.ts'
import { eventMac, firstDigest, nextDigest, privateMac, shortMac, u64 } from '../../../src/core/record/history-form.ts'
import type { StoredEvent } from '../../../src/core/record/history-row.ts'
import { readBody, writeBody } from '../../../src/core/record/history-row.ts'
import { appendEvents, emptyHistory } from '../../../src/core/record/history.ts'
import golden from '../../vectors/history.json'
import { base64url, hex, unhex } from '../../vectors/reference.ts'

const { realm, id, rows } = golden
const key = unhex(golden.key)
const place = { realm, id }
type Texts = Readonly<Record<string, string>>

describe('the golden history', () => {
  it('authenticates each row, its private fields and what is left of them', () => {
    for (const row of rows) {
      const { n, version, type, at } = row
      const fields = row.fields as Texts
      const p = privateMac(key, place, { n, salt: unhex(row.salt), fields: row.private as Texts })
      expect(base64url(p)).toBe(row.p)
      expect(base64url(eventMac(key, place, { n, version, type, at, p, fields }))).toBe(row.m)
      expect(base64url(shortMac(key, place, { n, p, fields: row.short as Texts }))).toBe(row.s)
    }
  })

  it('ties all rows together with one digest', () => {
    let digest = firstDigest(place)
    expect(base64url(digest)).toBe(golden.d0)
    for (const { n, m, d } of rows) {
      digest = nextDigest(digest, n, new Uint8Array(Buffer.from(m, 'base64url')))
      expect(base64url(digest)).toBe(d)
    }
  })

  it('writes numbers as eight bytes', () => {
    for (const { n, bytes } of golden.largeNumbers) expect(hex(u64(n))).toBe(bytes)
  })

  it('is appended as it was written, over two commits', () => {
    let head = emptyHistory(place)
    expect(head).toStrictEqual({
      n: 0,
      d: golden.d0,
      from: 1,
      before: golden.d0,
      shortenedBelow: 1,
      shorteningBelow: 1,
    })
    const stored: StoredEvent[] = []
    for (const version of new Set(rows.map((row) => row.version))) {
      const own = rows.filter((row) => row.version === version)
      const salts = own.map((row) => unhex(row.salt))
      const events = own.map(({ type, at, fields, private: hidden }) => ({
        type,
        at,
        fields: { ...(hidden as Texts), ...(fields as Texts) },
      }))
      const made = appendEvents(head, { place, key, version, salt: () => salts.shift()! }, events)
      head = made.head
      stored.push(...made.rows)
    }
    expect(head).toMatchObject({ n: rows.length, d: rows.at(-1)!.d, from: 1, before: golden.d0 })
    stored.forEach(({ n, type, at, body }, index) => {
      const { fields, detail, p, m } = readBody(body)!
      const row = rows[index]!
      expect({ n, type, at }).toStrictEqual({ n: row.n, type: row.type, at: row.at })
      expect([base64url(p), base64url(m)]).toStrictEqual([row.p, row.m])
      expect(fields).toStrictEqual(row.fields)
      expect(detail).toStrictEqual({ kind: 'private', salt: unhex(row.salt), fields: row.private })
    })
    const check = createHistoryCheck({ place, key, head, version: rows.at(-1)!.version, anchor: null })
    check.take(stored)
    expect(check.end(head.n)).toStrictEqual([])
  })

  it('has one text for each body: no other is read', () => {
    const [row] = rows
    const detail = { kind: 'private', salt: unhex(row!.salt), fields: row!.private as Texts } as const
    const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'))
    const body = { version: row!.version, fields: row!.fields as Texts, detail, p: bytes(row!.p), m: bytes(row!.m) }
    const text = writeBody(body)
    expect(readBody(text)).toStrictEqual({ ...body, fields: { ...row!.fields }, detail })
    const parsed = JSON.parse(text) as Record<string, unknown>
    const others: readonly unknown[] = [
      ` ${text}`,
      text.replace('{"version"', '{ "version"'),
      text.replace('Ü', '\\u00dc'),
      text.replace('"fields":{"actor":"user",', '"fields":{'),
      JSON.stringify({ ...parsed, more: 1 }),
      JSON.stringify({ ...parsed, fields: Object.fromEntries(Object.entries(parsed['fields'] as object).reverse()) }),
      JSON.stringify({ ...parsed, short: { fields: {}, s: row!.s } }),
      JSON.stringify({ ...parsed, private: undefined }),
      JSON.stringify({ ...parsed, p: `${row!.p}=` }),
      JSON.stringify({ ...parsed, m: row!.m.slice(1) }),
      JSON.stringify({ ...parsed, version: 1 }),
      JSON.stringify({ ...parsed, fields: ['user'] }),
      JSON.stringify({ ...parsed, fields: { actor: 5 } }),
      'null',
      '5',
      '[]',
      '',
      '{',
      null,
      undefined,
      5,
      {},
    ]
    const read = others.map((other) => readBody(other))
    // Without one of its fields the text is still one of a body: its MAC tells.
    expect(read.filter((one) => one !== null)).toHaveLength(1)
  })
})

describe('the golden facts', () => {
  const { factKey: keyText, facts } = golden
  const factKey = unhex(keyText)
  const stored = facts.map(({ recordId, id: factId, type, at, fields, mac }) => ({
    place: { realm, recordId },
    row: { id: factId, type, at, fields: fields as Texts, mac },
  }))

  it('are signed over realm, record, id, type, time and fields', () => {
    for (const { place: where, row } of stored) {
      const { mac, ...fact } = row
      expect(signFact(factKey, where, fact)).toStrictEqual({ ...fact, mac })
      expect(isFactGenuine(factKey, where, row)).toBe(true)
      // In another order of its names it is the same fact.
      const fields = Object.fromEntries(Object.entries(row.fields).reverse())
      expect(isFactGenuine(factKey, where, { ...row, fields })).toBe(true)
    }
  })

  it('are genuine with no other value, in no other place and under no other key', () => {
    const [{ place: where, row } = stored[0]!] = stored
    const others: readonly object[] = [
      { id: `${row.id}A` },
      { id: 5 },
      { type: 'limiter_fail' },
      { type: null },
      { at: row.at + 1 },
      { at: String(row.at) },
      { at: -row.at },
      { at: NaN },
      { fields: {} },
      { fields: { ...row.fields, more: '' } },
      { fields: { ...row.fields, sampled: '2' } },
      { fields: { ...row.fields, sampled: 1 } },
      { fields: [] },
      { fields: null },
      { mac: '' },
      { mac: null },
      { mac: `${row.mac}=` },
      { mac: stored[1]!.row.mac },
    ]
    for (const other of others) expect(isFactGenuine(factKey, where, { ...row, ...other })).toBe(false)
    for (const other of [{ realm: 'other' }, { recordId: null }, { recordId: 'account:bob' }]) {
      expect(isFactGenuine(factKey, { ...where, ...other }, row)).toBe(false)
    }
    expect(isFactGenuine(key, where, row)).toBe(false)
  })

  it('are named by their ids, and those that come a second time too', () => {
    const own = stored.filter(({ place: { recordId } }) => recordId !== null).map(({ row }) => row)
    const faultOf = createFactCheck(factKey, { realm, recordId: id })
    const [newest, oldest] = own as [(typeof own)[number], (typeof own)[number]]
    const hostile = { ...oldest, id: `x\n${'y'.repeat(100)}` }
    const rows = [newest, newest, { ...newest, type: 'forged' }, hostile, oldest, newest, oldest]
    expect(rows.map((row) => faultOf(row))).toStrictEqual([
      null,
      { fault: 'added', fact: newest.id },
      { fault: 'changed', fact: newest.id },
      { fault: 'changed', fact: `x\\u000a${'y'.repeat(56)}…` },
      null,
      { fault: 'added', fact: newest.id },
      { fault: 'added', fact: oldest.id },
    ])
    expect(faultOf({ ...oldest, id: 7 as never })).toStrictEqual({ fault: 'changed', fact: '' })
  })
})
