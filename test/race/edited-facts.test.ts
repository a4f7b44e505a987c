import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asSystem } from 'nightlatch'
import type { FactRow } from 'nightlatch'
import { expectOk } from '../world/expect-outcome.ts'
import { elsewhere } from '../world/person.ts'
import { times } from '../world/times.ts'
import type { Vandal } from '../world/vandal.ts'
import { vandals } from '../world/vandal.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'

type Rows = readonly FactRow[]

/** The rows, oldest first, with the second one replaced. */
const edit = (rows: Rows, change: (row: FactRow) => object): Rows =>
  rows.map((row, index) => (index === 1 ? ({ ...row, ...change(row) } as FactRow) : row))

interface Attack {
  readonly title: string
  readonly spoil: (rows: Rows, others: Rows, nobodys: Rows) => Rows
  /** How many rows are left that are as they were written. */
  readonly left: number
}

/** Each account has three facts. One row of each attack is not genuine. */
const attacks: readonly Attack[] = [
  {
    title: 'a changed address',
    spoil: (rows) => edit(rows, ({ fields }) => ({ fields: { ...fields, ip: '203.0.113.1' } })),
    left: 2,
  },
  {
    title: 'a name of somebody else',
    spoil: (rows, _, [other]) => edit(rows, ({ fields }) => ({ fields: { ...fields, name: other!.fields.name } })),
    left: 2,
  },
  { title: 'a changed type', spoil: (rows) => edit(rows, () => ({ type: 'sequence_fail' })), left: 2 },
  { title: 'a time one ms later', spoil: (rows) => edit(rows, ({ at }) => ({ at: at + 1 })), left: 2 },
  { title: 'another id', spoil: (rows) => edit(rows, ({ id }) => ({ id: id.toLowerCase() })), left: 2 },
  {
    title: 'a field taken away',
    spoil: (rows) => edit(rows, ({ fields: { ip: _, ...fields } }) => ({ fields })),
    left: 2,
  },
  {
    title: 'a field added',
    spoil: (rows) => edit(rows, ({ fields }) => ({ fields: { ...fields, zzz: '' } })),
    left: 2,
  },
  { title: 'the MAC of another fact', spoil: (rows) => edit(rows, () => ({ mac: rows[0]!.mac })), left: 2 },
  { title: 'no MAC', spoil: (rows) => edit(rows, () => ({ mac: '' })), left: 2 },
  { title: 'a fact of another account in its place', spoil: (rows, others) => edit(rows, () => others[1]!), left: 2 },
  { title: 'a fact of another account beside it', spoil: (rows, others) => [...rows, others[2]!], left: 3 },
  { title: 'a fact that belongs to no account', spoil: (rows, _, nobodys) => [...rows, nobodys[0]!], left: 3 },
  {
    title: 'a second copy under another id',
    spoil: (rows) => [...rows.slice(0, 2), { ...rows[1]!, id: `${rows[1]!.id}_` }, rows[2]!],
    left: 3,
  },
  {
    title: 'a fact that somebody made up',
    spoil: (rows) => [...rows, { ...rows[2]!, id: 'made-up', at: rows[2]!.at + 5, fields: { sampled: '1000' } }],
    left: 3,
  },
]

/** Rows that no adapter would write. */
const garbage: readonly { readonly title: string; readonly change: object }[] = [
  { title: 'fields of null', change: { fields: null } },
  { title: 'fields of a list', change: { fields: ['x'] } },
  { title: 'a field that is a number', change: { fields: { sampled: 1 } } },
  { title: 'a field called __proto__', change: { fields: JSON.parse('{"__proto__":"x"}') as object } },
  { title: 'a time that is text', change: { at: 'soon' } },
  { title: 'a negative time', change: { at: -1 } },
  { title: 'an empty id', change: { id: '' } },
  { title: 'an id of two lines', change: { id: 'a\nb' } },
  { title: 'a type that is empty', change: { type: '' } },
]

describe.each(vandals)('promise 4 on $title: facts that somebody wrote who can write the tables', ({ arrive }) => {
  let vandal: Vandal
  let world: World
  const grant = asSystem('ada', 'audit')
  const verify = (): Promise<unknown> => world.nl.history.verify({ grant })

  beforeEach(async () => {
    vandal = await arrive()
    world = createWorld({ storage: vandal.storage })
    for (const id of ['ada', 'bob', null]) {
      if (id !== null) await world.person(id)
      for (const n of times(3)) {
        await world.nl.signIn.failed({ name: id ?? 'nobody', accountId: id, client: elsewhere(n) })
        world.clock.advance(1000)
      }
    }
    await world.nl.outbox.idle()
    for (const id of ['ada', 'bob', null]) expect(await vandal.facts(id)).toHaveLength(3)
    const facts = { genuine: 3, removed: 'cannot-be-told' }
    expect(await verify()).toMatchObject({ ok: true, facts })
  })
  afterEach(() => vandal.close())

  it.each(attacks)('promise 4: finds $title, and does not show it', async ({ spoil, left }) => {
    const before = await vandal.facts('ada')
    const spoiled = spoil(before, await vandal.facts('bob'), await vandal.facts(null))
    await vandal.replaceFacts('ada', spoiled)
    const wrong = spoiled.filter((row) => !before.includes(row))
    expect(wrong).toHaveLength(1)
    const faults = [{ fault: 'changed', fact: wrong[0]!.id }]
    expect(await verify()).toStrictEqual({ ok: false, reason: 'tampered', faults })

    const page = expectOk(await world.nl.history.facts({ grant }))
    expect(page.genuine).toBe(false)
    const right = before.filter((row) => spoiled.includes(row)).map(({ id }) => id)
    expect(page.facts.map(({ id }) => id).reverse()).toStrictEqual(right)
    expect(right).toHaveLength(left)
    const logins = expectOk(await world.nl.history.logins({ grant }))
    expect(logins.genuine).toBe(false)
    // Events are what they were.
    expect(expectOk(await world.nl.history.list({ grant })).genuine).toBe(true)
  })

  it.each(garbage)('promise 4: finds $title, and the facts can still be read', async ({ change }) => {
    await vandal.replaceFacts(
      'ada',
      edit(await vandal.facts('ada'), () => change),
    )
    expect(await verify()).toMatchObject({ ok: false, reason: 'tampered', faults: [{ fault: 'changed' }] })
    for (const reading of [world.nl.history.facts, world.nl.history.logins]) {
      expect(await reading({ grant })).toMatchObject({ ok: true, genuine: false })
    }
  })

  it('cannot tell that facts were removed, and says so', async () => {
    const [first] = await vandal.facts('ada')
    await vandal.replaceFacts('ada', [first!])
    const facts = { genuine: 1, removed: 'cannot-be-told' }
    expect(await verify()).toMatchObject({ ok: true, facts })
    expect(await world.nl.history.facts({ grant })).toMatchObject({ ok: true, genuine: true })
  })

  it('names at most 1,000 faults of a history that is destroyed, with its facts', async () => {
    const facts = await vandal.facts('ada')
    const rows = await vandal.rows('ada')
    const crowd = times(1200).map((n) => ({ ...facts[0]!, id: `forged${n}` }))
    await vandal.replaceFacts('ada', crowd)
    const countOf = async (): Promise<number> => {
      const verdict = await world.nl.history.verify({ grant })
      return !verdict.ok && verdict.reason === 'tampered' ? verdict.faults.length : 0
    }
    expect(await countOf()).toBe(1000)
    await vandal.replaceRows(
      'ada',
      times(700).map((n) => ({ ...rows[0]!, n: n + 1 })),
    )
    expect(await countOf()).toBe(1000)
    await vandal.replaceRows(
      'ada',
      times(2500).map((n) => ({ ...rows[0]!, n: n + 1 })),
    )
    expect(await countOf()).toBe(1000)
  })
})

describe('a storage that shows a fact twice', () => {
  it('promise 4: is not believed the second time, also pages later', async () => {
    const vandal = await vandals[0]!.arrive()
    const world = createWorld({ storage: vandal.storage })
    await world.person('ada')
    for (const n of times(3)) {
      world.clock.advance(1000)
      await world.nl.signIn.failed({ name: 'ada', accountId: 'ada', client: elsewhere(n) })
    }
    await world.nl.outbox.idle()
    const grant = asSystem('ada', 'audit')
    const [a, b, c] = (await vandal.facts('ada')) as [FactRow, FactRow, FactRow]
    for (const [rows, twice] of [
      [[a, b, b, c], [b]],
      [
        [a, b, c, a],
        [c, b, a],
      ],
      // Pages have a hundred rows.
      [[...times(120).map(() => a), b, c], times(119).map(() => a)],
    ] as const) {
      await vandal.replaceFacts('ada', rows)
      const faults = twice.map(({ id }) => ({ fault: 'added', fact: id }))
      expect(await world.nl.history.verify({ grant })).toStrictEqual({ ok: false, reason: 'tampered', faults })
      const page = expectOk(await world.nl.history.facts({ grant, limit: 100 }))
      expect(page.genuine).toBe(false)
      expect(new Set(page.facts.map(({ id }) => id)).size).toBe(page.facts.length)
      expect(expectOk(await world.nl.history.logins({ grant })).genuine).toBe(false)
    }
  })
})
