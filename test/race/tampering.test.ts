import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asSystem } from 'nightlatch'
import type { EventRow, StoredRecord } from 'nightlatch'
import type { Sealed } from '../../src/core/secret.ts'
import { accountRecord } from '../../src/service/loop/account-record.ts'
import { createRecordStore } from '../../src/service/loop/record-store.ts'
import { expectOk } from '../world/expect-outcome.ts'
import type { Person } from '../world/person.ts'
import { seededRandom } from '../world/seeded-random.ts'
import type { Vandal } from '../world/vandal.ts'
import { vandals } from '../world/vandal.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'
import { bodyOf } from '../world/peek.ts'

type Rows = readonly EventRow[]
type Parts = Record<string, any>

/** The rows with the one of number `n` replaced. */
const edit = (rows: Rows, n: number, change: (row: EventRow) => EventRow): Rows =>
  rows.map((row) => (row.n === n ? change(row) : row))
/** The same for the parts of its body. */
const editBody = (rows: Rows, n: number, change: (parts: Parts) => unknown): Rows =>
  edit(rows, n, (row) => ({ ...row, body: JSON.stringify(change(JSON.parse(row.body) as Parts)) }))
const editPrivate = (rows: Rows, n: number, change: (fields: Parts) => unknown): Rows =>
  editBody(rows, n, (parts) => ({ ...parts, private: { ...parts.private, fields: change(parts.private.fields) } }))
const without = (rows: Rows, ...numbers: readonly number[]): Rows => rows.filter(({ n }) => !numbers.includes(n))
const at = (rows: Rows, n: number): EventRow => rows.find((row) => row.n === n) as EventRow
const partsOf = (rows: Rows, n: number): Parts => JSON.parse(at(rows, n).body) as Parts
/** More copies of a row than two pages hold, under numbers that no row has. */
const crowd = (rows: Rows, numberOf: (i: number) => number): Rows =>
  Array.from({ length: 250 }, (_, i) => ({ ...at(rows, 5), n: numberOf(i + 1) }))
/** The rows with those numbers moved on by one, and the last of them to the first. */
const turn = (rows: Rows, numbers: readonly number[]): Rows =>
  rows.map((row) => {
    const index = numbers.indexOf(row.n)
    return index < 0 ? row : { ...row, n: numbers[(index + 1) % numbers.length] ?? row.n }
  })

interface Attack {
  readonly title: string
  readonly spoil: (rows: Rows, others: Rows) => Rows
  readonly faults: readonly unknown[]
}

const changed = (n: number): unknown => ({ fault: 'changed', n })
const removed = (from: number, to: number): unknown => ({ fault: 'removed', from, to })
const added = (n: number): unknown => ({ fault: 'added', n })
const reordered = (n: number, was: number): unknown => ({ fault: 'reordered', n, was })
const rolledBack = (n: number): unknown => ({ fault: 'rolled-back', n })

/** Twelve rows: see `history` below. */
const last = 12
const attacks: readonly Attack[] = [
  {
    title: 'a changed address',
    spoil: (rows) => editPrivate(rows, 5, (fields) => ({ ...fields, ip: '203.0.113.1' })),
    faults: [changed(5)],
  },
  {
    title: 'a changed value',
    spoil: (rows) => editBody(rows, 5, (parts) => ({ ...parts, fields: { ...parts.fields, actor: 'system' } })),
    faults: [changed(5)],
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
    title: 'the MAC of another row',
    spoil: (rows) => editBody(rows, 5, (parts) => ({ ...parts, m: partsOf(rows, 6).m })),
    faults: [changed(5)],
  },
  {
    title: 'the MAC of another row in the last row',
    spoil: (rows) => editBody(rows, last, (parts) => ({ ...parts, m: partsOf(rows, 6).m })),
    faults: [changed(last)],
  },
  {
    title: 'the private MAC of another row',
    spoil: (rows) => editBody(rows, 5, (parts) => ({ ...parts, p: partsOf(rows, 6).p })),
    faults: [changed(5)],
  },
  {
    title: 'the private part of another row, with its MAC',
    spoil: (rows) => {
      const { p, private: hidden } = partsOf(rows, 6)
      return editBody(rows, 5, (parts) => ({ ...parts, private: hidden, p }))
    },
    faults: [changed(5)],
  },
  {
    title: 'a changed salt',
    spoil: (rows) =>
      editBody(rows, 5, (parts) => ({ ...parts, private: { ...parts.private, salt: partsOf(rows, 6).private.salt } })),
    faults: [changed(5)],
  },
  {
    title: 'the version of another commit',
    spoil: (rows) => editBody(rows, 5, (parts) => ({ ...parts, version: partsOf(rows, 8).version })),
    faults: [changed(5)],
  },
  {
    title: 'an address shortened by somebody else than retention',
    spoil: (rows) =>
      editBody(rows, 5, ({ version, fields, p, m }) => ({
        version,
        fields,
        short: { fields: { network: '203.0.113.0/24' }, s: p },
        p,
        m,
      })),
    faults: [changed(5)],
  },
  {
    title: 'a field taken away',
    spoil: (rows) => editPrivate(rows, 5, ({ ip: _, ...fields }) => fields),
    faults: [changed(5)],
  },
  {
    title: 'a field added',
    spoil: (rows) => editBody(rows, 5, (parts) => ({ ...parts, fields: { ...parts.fields, zzz: 'x' } })),
    faults: [changed(5)],
  },
  {
    title: 'a field moved out of the private part',
    spoil: (rows) =>
      editBody(rows, 5, (parts) => ({
        ...parts,
        fields: { ...parts.fields, userAgent: parts.private.fields.userAgent },
        private: { ...parts.private, fields: { ...parts.private.fields, userAgent: undefined } },
      })),
    faults: [changed(5)],
  },
  {
    title: 'two fields that changed values',
    spoil: (rows) => editPrivate(rows, 5, (fields) => ({ ...fields, ip: fields.userAgent, userAgent: fields.ip })),
    faults: [changed(5)],
  },
  {
    title: 'a space in a body',
    spoil: (rows) => edit(rows, 5, (row) => ({ ...row, body: `${row.body} ` })),
    faults: [changed(5)],
  },
  { title: 'the first row removed', spoil: (rows) => without(rows, 1), faults: [removed(1, 1)] },
  { title: 'a middle row removed', spoil: (rows) => without(rows, 6), faults: [removed(6, 6)] },
  { title: 'the last row removed', spoil: (rows) => without(rows, last), faults: [removed(last, last)] },
  { title: 'the last three rows removed', spoil: (rows) => rows.slice(0, -3), faults: [removed(last - 2, last)] },
  { title: 'two gaps', spoil: (rows) => without(rows, 3, 4, 8), faults: [removed(3, 4), removed(8, 8)] },
  {
    title: 'a row removed and the next one changed',
    spoil: (rows) =>
      without(
        edit(rows, 6, (row) => ({ ...row, type: 'mfa_fail' })),
        5,
      ),
    faults: [removed(5, 5), changed(6)],
  },
  {
    title: 'a row removed and those behind it moved up',
    spoil: (rows) => without(rows, 9).map((row) => (row.n > 9 ? { ...row, n: row.n - 1 } : row)),
    faults: [reordered(9, 10), reordered(10, 11), reordered(11, 12), removed(12, 12)],
  },
  { title: 'all rows removed', spoil: () => [], faults: [removed(1, last)] },
  {
    title: 'a row added behind the last',
    spoil: (rows) => [...rows, { ...at(rows, 5), n: last + 1 }],
    faults: [added(last + 1)],
  },
  {
    title: 'a row added before the first',
    spoil: (rows) => [...rows, { ...at(rows, 5), n: 0 }],
    faults: [added(0)],
  },
  { title: 'two rows swapped', spoil: (rows) => turn(rows, [4, 7]), faults: [reordered(4, 7), reordered(7, 4)] },
  { title: 'two neighbors swapped', spoil: (rows) => turn(rows, [4, 5]), faults: [reordered(4, 5), reordered(5, 4)] },
  {
    title: 'the first and the last swapped',
    spoil: (rows) => turn(rows, [1, last]),
    faults: [reordered(1, last), reordered(last, 1)],
  },
  {
    title: 'three rows moved on in a circle',
    spoil: (rows) => turn(rows, [3, 6, 9]),
    faults: [reordered(3, 9), reordered(6, 3), reordered(9, 6)],
  },
  {
    title: "another account's row instead of one",
    spoil: (rows, others) => edit(rows, 5, () => at(others, 5)),
    faults: [changed(5)],
  },
  {
    title: "another account's row behind the last",
    spoil: (rows, others) => [...rows, { ...at(others, 5), n: last + 1 }],
    faults: [added(last + 1)],
  },
  {
    title: "another account's rows instead of all",
    spoil: (_, others) => others,
    faults: Array.from({ length: last }, (_, i) => changed(i + 1)),
  },
]

/** Rows that no adapter would write: whatever is found in them, it is a fault and not an exception. */
const garbage: readonly { readonly title: string; readonly spoil: (rows: Rows) => Rows }[] = [
  { title: 'a body of null', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, body: 'null' })) },
  { title: 'an empty body', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, body: '' })) },
  { title: 'a body that is no JSON', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, body: '{"version":' })) },
  { title: 'a body of a list', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, body: '[1,2]' })) },
  { title: 'a body of a number', spoil: (rows) => edit(rows, 5, (row) => ({ ...row, body: 5 as never })) },
  { title: 'fields of null', spoil: (rows) => editBody(rows, 5, (parts) => ({ ...parts, fields: null })) },
  { title: 'fields of text', spoil: (rows) => editBody(rows, 5, (parts) => ({ ...parts, fields: 'text' })) },
  { title: 'fields of a list', spoil: (rows) => editBody(rows, 5, (parts) => ({ ...parts, fields: [1] })) },
  { title: 'a field of a number', spoil: (rows) => editPrivate(rows, 5, (fields) => ({ ...fields, ip: 5 })) },
  { title: 'no private part', spoil: (rows) => editBody(rows, 5, (parts) => ({ ...parts, private: undefined })) },
  { title: 'a private part of null', spoil: (rows) => editBody(rows, 5, (parts) => ({ ...parts, private: null })) },
  {
    title: 'both parts',
    spoil: (rows) => editBody(rows, 5, (parts) => ({ ...parts, short: { fields: {}, s: parts.p } })),
  },
  { title: 'an empty MAC', spoil: (rows) => editBody(rows, 5, (parts) => ({ ...parts, m: '' })) },
  { title: 'a MAC that is no base64url', spoil: (rows) => editBody(rows, 5, (parts) => ({ ...parts, m: '***' })) },
  { title: 'a MAC of null', spoil: (rows) => editBody(rows, 5, (parts) => ({ ...parts, m: null })) },
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
    spoil: (rows) => edit(rows, 5, (row) => ({ ...row, body: row.body.replace('"actor"', '"__proto__"') })),
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
    expect(await world.nl.history.verify({ grant })).toMatchObject({ ok: true, events: last })
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
        expect(await reading({ grant })).toMatchObject({ ok: true, genuine: false })
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

  it('promise 4: a record rolled back without its events grants nothing, and the check says so', async () => {
    const before = (await vandal.storage.load('account:ada')) as StoredRecord
    await ada.signIn()
    await vandal.replaceRecord('ada', before)
    expect(await verify()).toStrictEqual({ ok: false, reason: 'tampered', faults: [rolledBack(last)] })
    const start = { name: 'ada', accountId: 'ada', primary: 'password', client: ada.client } as const
    const answer = await world.nl.signIn.start(start).catch((error: unknown) => error)
    expect(JSON.stringify(answer)).toMatch(/"too-many-attempts"|NL_STORAGE_UNKNOWN/)
  })

  it('promise 4: record and events that were rolled back together are found with an anchor', async () => {
    const before = (await vandal.storage.load('account:ada')) as StoredRecord
    const rows = await vandal.rows('ada')
    await ada.signIn()
    const { anchor } = expectOk(await world.nl.history.verify({ grant }))
    await vandal.replaceRecord('ada', before)
    await vandal.replaceRows('ada', rows)
    // All evidence inside the database is older, and right.
    expect(await verify()).toMatchObject({ ok: true, events: last, anchor: { n: last } })
    const faults = [rolledBack(last)]
    expect(await world.nl.history.verify({ grant, anchor })).toStrictEqual({ ok: false, reason: 'tampered', faults })
    const early = { ...anchor, n: last, d: anchor.d }
    expect(await world.nl.history.verify({ grant, anchor: early })).toStrictEqual({
      ok: false,
      reason: 'tampered',
      faults,
    })
  })

  it('promise 4: record and events that were deleted together are found with an anchor', async () => {
    const { anchor } = expectOk(await world.nl.history.verify({ grant }))
    await vandal.replaceRows('ada', [])
    await vandal.replaceRecord('ada', null)
    const faults = [rolledBack(0)]
    expect(await world.nl.history.verify({ grant, anchor })).toStrictEqual({ ok: false, reason: 'tampered', faults })
  })

  it('promise 4: an anchor that is older than the record agrees, and one of somebody else is refused', async () => {
    const { anchor } = expectOk(await world.nl.history.verify({ grant }))
    await ada.signIn()
    expect(await world.nl.history.verify({ grant, anchor })).toMatchObject({ ok: true, events: last + 2 })
    for (const wrong of [{ id: 'account:bob' }, { realm: 'other' }, { n: -1 }, { d: 5 as never }]) {
      const call = world.nl.history.verify({ grant, anchor: { ...anchor, ...wrong } })
      await expect(call).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
    }
  })

  it('promise 4: a row of an attempt that lost is found in the place of the one that won', async () => {
    const lost: EventRow[] = []
    const nl = world.instance({
      storage: {
        ...vandal.storage,
        async commit(change) {
          // The first attempt meets a conflict.
          if (lost.length > 0) return vandal.storage.commit(change)
          lost.push(...change.events)
          return 'conflict'
        },
      },
    })
    const start = { name: ada.name, accountId: 'ada', primary: 'password', client: ada.client } as const
    expect(await nl.signIn.start(start)).toMatchObject({ status: 'challenge' })
    const [row] = lost as [EventRow]
    expect(row.n).toBe(last + 1)
    const rows = await vandal.rows('ada')
    await vandal.replaceRows(
      'ada',
      edit(rows, row.n, () => row),
    )
    // The record still has the version that the winner made.
    expect(await verify()).toMatchObject({ ok: false, faults: [changed(last + 1)] })
    await vandal.replaceRows('ada', rows)
    await ada.signIn()
    await vandal.replaceRows(
      'ada',
      edit(await vandal.rows('ada'), row.n, () => row),
    )
    // By itself the row is genuine. The digest tells that some row is another one.
    const faults = [{ fault: 'cannot-be-told', from: 1, to: last + 3 }]
    expect(await verify()).toStrictEqual({ ok: false, reason: 'tampered', faults })
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
    const doc = records.write(fresh, records.nextVersion(fresh))
    const body = bodyOf<{ history: { key: Sealed } }>(doc)
    const sealed = body.history.key
    expect(records.open('account:ada', 'history/key', sealed)).toHaveLength(32)
    const wrongOpenings: readonly (() => Uint8Array)[] = [
      () => records.open('account:bob', 'history/key', sealed),
      () => records.open('account:ada', 'history/keys', sealed),
      () => records.open('account:ada', 'state/totp/authenticators/1/secret', sealed),
      () => records.open('account:ada', 'state/totp/enrollment/secret', sealed),
      () => others.open('account:ada', 'history/key', sealed),
      () => records.open('account:ada', 'history/key', { ...sealed, nonce: sealed.nonce.replace(/^./, 'A') }),
      () => records.open('account:ada', 'history/key', { ...sealed, ciphertext: sealed.ciphertext.slice(0, 8) }),
      () => records.open('account:ada', 'history/key', { ...sealed, alg: 'none' as never }),
    ]
    for (const open of wrongOpenings) expect(open).toThrow(expect.objectContaining({ code: 'NL_SEAL_BROKEN' }))
    const unknown = { ...sealed, keyId: 'AAAAAAAA' }
    expect(() => records.open('account:ada', 'history/key', unknown)).toThrow(
      expect.objectContaining({ code: 'NL_KEY_UNKNOWN' }),
    )
  })
})
