import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asSystem } from 'nightlatch'
import type { EventRow, StoredRecord } from 'nightlatch'
import type { Sealed } from '../../src/core/secret.ts'
import { accountRecord } from '../../src/service/loop/account-record.ts'
import { createRecordStore } from '../../src/service/loop/record-store.ts'
import type { Person } from '../world/person.ts'
import { seededRandom } from '../world/seeded-random.ts'
import type { Vandal } from '../world/vandal.ts'
import { vandals } from '../world/vandal.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'
import { bodyOf } from '../world/peek.ts'

type Rows = readonly EventRow[]
type Field = EventRow['fields'][string]

/** The rows with the one of number `n` replaced. */
const edit = (rows: Rows, n: number, change: (row: EventRow) => EventRow): Rows =>
  rows.map((row) => (row.n === n ? change(row) : row))
const editField = (rows: Rows, n: number, name: string, change: (field: Field) => unknown): Rows =>
  edit(rows, n, (row) => ({
    ...row,
    fields: { ...row.fields, [name]: change(row.fields[name] ?? { c: '' }) as Field },
  }))
const without = (rows: Rows, ...numbers: readonly number[]): Rows => rows.filter(({ n }) => !numbers.includes(n))
const at = (rows: Rows, n: number): EventRow => rows.find((row) => row.n === n) as EventRow
/** More copies of a row than two pages hold, under numbers that no row has. */
const crowd = (rows: Rows, numberOf: (i: number) => number): Rows =>
  Array.from({ length: 250 }, (_, i) => ({ ...at(rows, 5), n: numberOf(i + 1) }))
/** The rows with those numbers moved on by one, and the last of them to the first. */
const turn = (rows: Rows, numbers: readonly number[]): Rows =>
  rows.map((row) => {
    const index = numbers.indexOf(row.n)
    return index < 0 ? row : { ...row, n: numbers[(index + 1) % numbers.length] ?? row.n }
  })

function frame(...parts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part as string)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return [length, bytes]
    }),
  )
}

/** A field with a value of the vandal's own; its salt and digest fit, as these need no key. */
function forge(name: string, value: string): Field {
  const salt = Buffer.alloc(16, 7)
  const c = createHash('sha256')
    .update(frame('nightlatch/field/v1', salt, name, value))
    .digest('base64url')
  return { value, salt: salt.toString('base64url'), c }
}

interface Attack {
  readonly title: string
  readonly spoil: (rows: Rows, others: Rows) => Rows
  readonly faults: readonly unknown[]
}

const changed = (n: number, ...fields: readonly string[]): unknown => ({ fault: 'changed', n, fields })
const removed = (from: number, to: number): unknown => ({ fault: 'removed', from, to })
const inserted = (n: number): unknown => ({ fault: 'inserted', n })
const moved = (n: number, was: number): unknown => ({ fault: 'moved', n, was })
/** The row is as it was written, but the row that vouched for it no longer stands before it. */
const unproven = (n: number): unknown => ({ fault: 'unproven', n })

/** Twelve rows: see `history` below. */
const last = 12
const attacks: readonly Attack[] = [
  {
    title: 'a changed value',
    spoil: (rows) => editField(rows, 5, 'ip', (field) => ({ ...field, value: '203.0.113.1' })),
    faults: [changed(5, 'ip')],
  },
  {
    title: 'a changed type',
    spoil: (rows) => edit(rows, 5, (row) => ({ ...row, type: 'mfa_fail' })),
    faults: [changed(5)],
  },
  {
    title: 'a changed time',
    spoil: (rows) => edit(rows, 5, (row) => ({ ...row, at: row.at - 1 })),
    faults: [changed(5)],
  },
  {
    title: 'a changed link',
    spoil: (rows) => edit(rows, 5, (row) => ({ ...row, link: at(rows, 6).link })),
    faults: [changed(5)],
  },
  {
    title: 'the changed link of the last row',
    spoil: (rows) => edit(rows, last, (row) => ({ ...row, link: at(rows, 6).link })),
    faults: [changed(last)],
  },
  {
    title: 'a changed digest',
    spoil: (rows) => editField(rows, 5, 'ip', (field) => ({ ...field, c: forge('ip', 'x').c })),
    faults: [changed(5, 'ip')],
  },
  {
    title: 'a changed salt',
    spoil: (rows) => editField(rows, 5, 'ip', (field) => ({ ...field, salt: forge('ip', 'x').salt })),
    faults: [changed(5, 'ip')],
  },
  {
    title: 'a value changed with its salt and digest',
    spoil: (rows) => editField(rows, 5, 'ip', () => forge('ip', '203.0.113.1')),
    faults: [changed(5)],
  },
  {
    title: 'an address shortened by somebody else than retention',
    spoil: (rows) => editField(rows, 5, 'ip', ({ c }) => ({ c })),
    faults: [changed(5, 'ip')],
  },
  {
    title: 'a field taken away',
    spoil: (rows) =>
      edit(rows, 5, (row) => ({
        ...row,
        fields: Object.fromEntries(Object.entries(row.fields).filter(([name]) => name !== 'ip')),
      })),
    faults: [changed(5)],
  },
  {
    title: 'a field added',
    spoil: (rows) => editField(rows, 5, 'extra', () => forge('extra', 'x')),
    faults: [changed(5)],
  },
  {
    title: 'two fields that changed names',
    spoil: (rows) =>
      edit(rows, 5, (row) => {
        const { ip, network } = row.fields as { ip: Field; network: Field }
        return { ...row, fields: { ...row.fields, ip: network, network: ip } }
      }),
    faults: [changed(5, 'ip', 'network')],
  },
  { title: 'the first row removed', spoil: (rows) => without(rows, 1), faults: [removed(1, 1), unproven(2)] },
  { title: 'a middle row removed', spoil: (rows) => without(rows, 6), faults: [removed(6, 6), unproven(7)] },
  { title: 'the last row removed', spoil: (rows) => without(rows, last), faults: [removed(last, last)] },
  { title: 'the last three rows removed', spoil: (rows) => rows.slice(0, -3), faults: [removed(last - 2, last)] },
  {
    title: 'two gaps',
    spoil: (rows) => without(rows, 3, 4, 8),
    faults: [removed(3, 4), unproven(5), removed(8, 8), unproven(9)],
  },
  {
    title: 'a row removed and the next one changed',
    spoil: (rows) =>
      without(
        edit(rows, 6, (row) => ({ ...row, type: 'mfa_fail' })),
        5,
      ),
    faults: [removed(5, 5), unproven(6)],
  },
  {
    title: 'a row removed and those behind it moved up',
    spoil: (rows) => without(rows, 9).map((row) => (row.n > 9 ? { ...row, n: row.n - 1 } : row)),
    faults: [changed(9), moved(10, 11), moved(11, 12), removed(12, 12)],
  },
  { title: 'all rows removed', spoil: () => [], faults: [removed(1, last)] },
  {
    title: 'a row inserted behind the last',
    spoil: (rows) => [...rows, { ...at(rows, 5), n: last + 1 }],
    faults: [inserted(last + 1)],
  },
  {
    title: 'a row inserted before the first',
    spoil: (rows) => [...rows, { ...at(rows, 5), n: 0 }],
    faults: [inserted(0)],
  },
  { title: 'two rows swapped', spoil: (rows) => turn(rows, [4, 7]), faults: [moved(4, 7), moved(7, 4)] },
  { title: 'two neighbors swapped', spoil: (rows) => turn(rows, [4, 5]), faults: [moved(4, 5), moved(5, 4)] },
  {
    title: 'the first and the last swapped',
    spoil: (rows) => turn(rows, [1, last]),
    faults: [moved(1, last), moved(last, 1)],
  },
  {
    title: 'three rows moved on in a circle',
    spoil: (rows) => turn(rows, [3, 6, 9]),
    faults: [moved(3, 9), moved(6, 3), moved(9, 6)],
  },
  {
    title: "another account's row instead of one",
    spoil: (rows, others) => edit(rows, 5, () => at(others, 5)),
    faults: [changed(5), unproven(6)],
  },
  {
    title: "another account's row behind the last",
    spoil: (rows, others) => [...rows, { ...at(others, 5), n: last + 1 }],
    faults: [inserted(last + 1)],
  },
]

/** Rows that no adapter would write: whatever is found in them, it is a fault and not an exception. */
const garbage: readonly { readonly title: string; readonly spoil: (rows: Rows) => Rows }[] = [
  { title: 'a digest of null', spoil: (rows) => editField(rows, 5, 'ip', (field) => ({ ...field, c: null })) },
  {
    title: 'a digest of the wrong length',
    spoil: (rows) => editField(rows, 5, 'ip', (field) => ({ ...field, c: 'AA' })),
  },
  {
    title: 'a digest that is no base64url',
    spoil: (rows) => editField(rows, 5, 'ip', (field) => ({ ...field, c: '=' })),
  },
  { title: 'a salt of null', spoil: (rows) => editField(rows, 5, 'ip', (field) => ({ ...field, salt: null })) },
  { title: 'a salt of a number', spoil: (rows) => editField(rows, 5, 'ip', (field) => ({ ...field, salt: 5 })) },
  { title: 'a value of a number', spoil: (rows) => editField(rows, 5, 'ip', (field) => ({ ...field, value: 5 })) },
  { title: 'a value of an object', spoil: (rows) => editField(rows, 5, 'ip', (field) => ({ ...field, value: {} })) },
  { title: 'a field of null', spoil: (rows) => editField(rows, 5, 'ip', () => null) },
  { title: 'a field of text', spoil: (rows) => editField(rows, 5, 'ip', () => 'text') },
  { title: 'fields of null', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, fields: null as never })) },
  { title: 'fields of text', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, fields: 'text' as never })) },
  { title: 'fields of a list', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, fields: [1, 2] as never })) },
  { title: 'a link that is empty', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, link: '' })) },
  { title: 'a link that is no base64url', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, link: '***' })) },
  { title: 'a time that is text', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, at: 'soon' as never })) },
  { title: 'a time that is a fraction', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, at: row.at + 0.5 })) },
  { title: 'a number that is a fraction', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, n: 5.5 })) },
  { title: 'a negative number', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, n: -5 })) },
  { title: 'a type that is empty', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, type: '' })) },
  {
    title: 'pages of rows before the first',
    spoil: (rows) => [...rows, ...crowd(rows, (i) => -i)],
  },
  {
    title: 'pages of rows between two numbers',
    spoil: (rows) => [...rows, ...crowd(rows, (i) => 5 + i / 1000)],
  },
  {
    title: 'pages of rows with words for numbers',
    spoil: (rows) => [...rows, ...crowd(rows, (i) => `row ${i}` as never)],
  },
  {
    title: 'a field called __proto__',
    spoil: (rows) => edit(rows, 5, (row) => ({ ...row, fields: JSON.parse('{"__proto__":{"c":"AA"}}') as never })),
  },
]

describe.each(vandals)('promise 4 on $title: tampering by somebody who can write the tables', ({ arrive }) => {
  let vandal: Vandal
  let world: World
  let ada: Person
  let bob: Person
  const grant = asSystem('ada', 'audit')

  beforeEach(async () => {
    vandal = await arrive()
    world = createWorld({ storage: vandal.storage })
    ada = await world.person('ada')
    bob = await world.person('bob')
    for (const person of [ada, bob]) for (let i = 0; i < 4; i++) await person.signIn()
    expect((await vandal.rows('ada')).map(({ n }) => n)).toStrictEqual(Array.from({ length: last }, (_, i) => i + 1))
    expect(await world.nl.history.verify({ grant })).toStrictEqual({ ok: true, events: last })
  })
  afterEach(() => vandal.close())

  const verify = (): Promise<unknown> => world.nl.history.verify({ grant })

  it.each(attacks)('[LOG-6] promise 4: the check of the history finds and names $title', async ({ spoil, faults }) => {
    await vandal.replaceRows('ada', spoil(await vandal.rows('ada'), await vandal.rows('bob')))
    expect(await verify()).toStrictEqual({ ok: false, reason: 'tampered', faults })
  })

  it.each(garbage)(
    '[LOG-6] promise 4: the check of the history finds $title, and the history can still be read',
    async ({ spoil }) => {
      await vandal.replaceRows('ada', spoil(await vandal.rows('ada')))
      expect(await verify()).toMatchObject({ ok: false, reason: 'tampered' })
      for (const reading of [world.nl.history.list, world.nl.history.logins, world.nl.history.csv]) {
        expect(await reading({ grant })).toMatchObject({ ok: true })
      }
    },
  )

  it('promise 4: a deleted record throws NL_RECORD_MISSING and does not switch 2FA off', async () => {
    const challenge = await ada.challenge()
    await vandal.replaceRecord('ada', null)
    const missing = { code: 'NL_RECORD_MISSING' }
    const start = { name: 'ada', accountId: 'ada', primary: 'password' } as const
    await expect(world.nl.signIn.start(start)).rejects.toMatchObject(missing)
    await expect(world.nl.signIn.verify({ challenge, code: ada.app.code() })).rejects.toMatchObject(missing)
    await expect(world.nl.sessions.check({ grant: ada.grant })).rejects.toMatchObject(missing)
    await expect(verify()).rejects.toMatchObject(missing)
  })

  const spoiledDocs: readonly (readonly [string, (doc: string) => string])[] = [
    ['a changed body', (doc) => doc.replace('failures', 'failuref')],
    ['an epoch raised', (doc) => doc.replace(/"epoch":(\d+)/, '"epoch":9$1')],
    ['an authenticator taken away', (doc) => doc.replace(/"authenticators":\[\{.*?\}\]/, '"authenticators":[]')],
    ['another kind', (doc) => doc.replace('"kind":"account"', '"kind":"organization"')],
    ['an older schema', (doc) => doc.replace('"schema":1', '"schema":0')],
    ['a changed MAC', (doc) => doc.replace(/"mac":"./, '"mac":"-')],
    ['an empty MAC', (doc) => doc.replace(/"mac":"[^"]*"/, '"mac":""')],
    ['no JSON', () => 'no JSON'],
    ['an empty text', () => ''],
    ['null', () => 'null'],
    ['an empty object', () => '{}'],
    ['a list', () => '[]'],
  ]
  it.each(spoiledDocs)('[CRY-8] promise 4: a document with %s throws NL_RECORD_TAMPERED', async (_, spoil) => {
    const stored = (await vandal.storage.load('account:ada')) as StoredRecord
    const doc = spoil(stored.doc)
    expect(doc).not.toBe(stored.doc)
    await vandal.replaceRecord('ada', { ...stored, doc })
    const start = { name: 'ada', accountId: 'ada', primary: 'password' } as const
    await expect(world.nl.signIn.start(start)).rejects.toMatchObject({ code: 'NL_RECORD_TAMPERED' })
    await expect(world.nl.sessions.check({ grant: ada.grant })).rejects.toMatchObject({ code: 'NL_RECORD_TAMPERED' })
  })

  it('[CRY-3] promise 4: a document moved from another account or another version throws NL_RECORD_TAMPERED', async () => {
    const before = (await vandal.storage.load('account:ada')) as StoredRecord
    await ada.signIn()
    const mine = (await vandal.storage.load('account:ada')) as StoredRecord
    const other = (await vandal.storage.load('account:bob')) as StoredRecord
    for (const record of [
      other,
      { ...mine, doc: other.doc },
      { ...mine, doc: before.doc },
      { ...before, doc: mine.doc },
    ]) {
      await vandal.replaceRecord('ada', record)
      await expect(verify()).rejects.toMatchObject({ code: 'NL_RECORD_TAMPERED' })
    }
  })

  it('promise 4: a record rolled back without its events grants nothing, and the check names the events that are too many', async () => {
    const before = (await vandal.storage.load('account:ada')) as StoredRecord
    await ada.signIn()
    await vandal.replaceRecord('ada', before)
    expect(await verify()).toStrictEqual({ ok: false, reason: 'tampered', faults: [inserted(13), inserted(14)] })
    const start = { name: 'ada', accountId: 'ada', primary: 'password', client: ada.client } as const
    const answer = await world.nl.signIn.start(start).catch((error: unknown) => error)
    expect(JSON.stringify(answer)).toMatch(/"busy"|NL_STORAGE_UNKNOWN/)
  })
})

describe('promise 4: no false alarms', () => {
  it('promise 4: a history that grows while it is checked passes the check', async () => {
    const world = createWorld()
    const ada = await world.person()
    const signInLater = async (): Promise<void> => {
      world.clock.advance(60_000)
      await ada.signIn()
    }
    for (let i = 0; i < 60; i++) await signInLater()
    const nl = world.instance({
      storage: {
        ...world.storage,
        async listEvents(query) {
          const page = await world.storage.listEvents(query)
          await signInLater()
          return page
        },
      },
    })
    expect(await nl.history.verify({ grant: asSystem('ada', 'audit') })).toMatchObject({ ok: true })
  })

  it('[CRY-3] promise 4: a sealed value opens only in its record, its field and its item', async () => {
    const world = createWorld()
    const random = seededRandom('places')
    const { storage, keys } = world
    const records = createRecordStore(accountRecord, { storage, installation: { realm: 'main', keys }, random })
    const others = createRecordStore(
      { ...accountRecord, kind: 'organization' },
      { storage, installation: { realm: 'main', keys }, random },
    )
    const fresh = records.fresh('account:ada', world.clock())
    const { doc } = records.write(fresh)
    const body = bodyOf<{ chain: { key: Sealed } }>(doc)
    const sealed = body.chain.key
    expect(records.open('account:ada', 'chain/key', sealed)).toHaveLength(32)
    const wrongOpenings: readonly (() => Uint8Array)[] = [
      () => records.open('account:bob', 'chain/key', sealed),
      () => records.open('account:ada', 'chain/keys', sealed),
      () => records.open('account:ada', 'state/totp/authenticators/1/secret', sealed),
      () => records.open('account:ada', 'state/totp/enrollment/secret', sealed),
      () => others.open('account:ada', 'chain/key', sealed),
      () => records.open('account:ada', 'chain/key', { ...sealed, nonce: sealed.nonce.replace(/^./, 'A') }),
      () => records.open('account:ada', 'chain/key', { ...sealed, ciphertext: sealed.ciphertext.slice(0, 8) }),
      () => records.open('account:ada', 'chain/key', { ...sealed, alg: 'none' as never }),
    ]
    for (const open of wrongOpenings) expect(open).toThrow(expect.objectContaining({ code: 'NL_SEAL_BROKEN' }))
    const unknown = { ...sealed, keyId: 'AAAAAAAA' }
    expect(() => records.open('account:ada', 'chain/key', unknown)).toThrow(
      expect.objectContaining({ code: 'NL_KEY_UNKNOWN' }),
    )
  })
})
