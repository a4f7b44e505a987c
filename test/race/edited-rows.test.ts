import { asSystem } from 'nightlatch'
import type { EventRow, Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { describe, expect, it } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import { expectOk } from '../world/expect-outcome.ts'
import { times } from '../world/times.ts'
import { vandals } from '../world/vandal.ts'
import { createWorld } from '../world/world.ts'

describe('the check of a history that somebody edited', () => {
  const edits: readonly (readonly [string, (rows: EventRow[]) => EventRow[]])[] = [
    [
      'private parts of two rows swapped',
      (rows) => {
        const [x, y] = [JSON.parse(rows[2]!.body), JSON.parse(rows[3]!.body)] as [
          { private: unknown },
          { private: unknown },
        ]
        const p = x.private
        x.private = y.private
        y.private = p
        return rows.map((row, i) =>
          i === 2 ? { ...row, body: JSON.stringify(x) } : i === 3 ? { ...row, body: JSON.stringify(y) } : row,
        )
      },
    ],
    [
      'a space in a body',
      (rows) => rows.map((row, i) => (i === 2 ? { ...row, body: row.body.replace('":', '": ') } : row)),
    ],
    [
      'a name twice in a body',
      (rows) => rows.map((row, i) => (i === 2 ? { ...row, body: row.body.replace('{', '{"version":"1.x",') } : row)),
    ],
    ['a time one ms later', (rows) => rows.map((row, i) => (i === 2 ? { ...row, at: row.at + 1 } : row))],
    ['a time as a text', (rows) => rows.map((row, i) => (i === 2 ? { ...row, at: String(row.at) as never } : row))],
    ['a row twice', (rows) => [...rows.slice(0, 3), rows[2]!, ...rows.slice(3)]],
    [
      'a short form nobody made',
      (rows) =>
        rows.map((row, i) => {
          if (i !== 2) return row
          const body = JSON.parse(row.body) as Record<string, unknown>
          const { private: _, ...rest } = body
          return {
            ...row,
            body: JSON.stringify({
              version: rest['version'],
              fields: rest['fields'],
              short: { fields: {}, s: rest['m'] },
              p: rest['p'],
              m: rest['m'],
            }),
          }
        }),
    ],
  ]
  it.each(edits)('promise 4: finds %s', async (_, edit) => {
    const memory = memoryStorage()
    let spoil = false
    const storage: Storage = {
      ...memory,
      async listEvents(query) {
        const page = await memory.listEvents(query)
        if (!spoil) return page
        const oldest = query.order === 'oldest'
        const rows = oldest ? [...page.items] : [...page.items].reverse()
        const spoiled = rows.length > 4 ? edit(rows) : rows
        return { ...page, items: oldest ? spoiled : spoiled.reverse() }
      },
    }
    const world = createWorld({ storage })
    const ada = await world.person()
    for (let n = 0; n < 3; n++) await ada.signIn()
    expect((await world.nl.history.verify({ grant: ada.grant })).ok).toBe(true)
    spoil = true
    const verdict = await world.nl.history.verify({ grant: ada.grant })
    expect(verdict).toMatchObject({ ok: false, reason: 'tampered' })
  })
})

const audit = asSystem('ada', 'audit')

describe.each(vandals)('promise 4 on $title: a row that is genuine elsewhere', ({ arrive }) => {
  it.each(['main', 'other'])('is found when it comes from realm %s, of this account or another', async (realm) => {
    const [here, there] = [await arrive(), await arrive()]
    try {
      // One key ring and the same account ids. Even the random bytes are the same, so that only the realm differs.
      const worlds = [
        createWorld({ storage: here.storage, seed: 'here' }),
        createWorld({ storage: there.storage, seed: realm === 'main' ? 'there' : 'here', options: { realm } }),
      ] as const
      for (const world of worlds) {
        for (const id of ['ada', 'bob']) {
          const person = await world.person(id)
          await person.signIn()
          await world.nl.signIn.failed({ name: id, accountId: id, client: person.client })
        }
        await world.nl.outbox.idle()
      }
      const { nl } = worlds[0]
      const [mine, facts] = [await here.rows('ada'), await here.facts('ada')]
      for (const from of realm === 'main' ? ['bob'] : ['ada', 'bob']) {
        const vandal = realm === 'main' ? here : there
        const [row, [fact]] = [(await vandal.rows(from))[2]!, await vandal.facts(from)]
        expect(row.n).toBe(3)
        await here.replaceRows(
          'ada',
          mine.map((one) => (one.n === 3 ? row : one)),
        )
        await here.replaceFacts('ada', [fact!])
        expect(await nl.history.verify({ grant: audit })).toStrictEqual({
          ok: false,
          reason: 'tampered',
          faults: [
            { fault: 'changed', n: 3 },
            { fault: 'changed', fact: fact!.id },
          ],
        })
        const page = expectOk(await nl.history.list({ grant: audit }))
        expect(page.genuine).toBe(false)
        expect(page.events.map(({ n }) => n)).not.toContain(3)
        expect(expectOk(await nl.history.facts({ grant: audit }))).toMatchObject({ genuine: false, facts: [] })
        // What was there before is right.
        await here.replaceRows('ada', mine)
        await here.replaceFacts('ada', facts)
        expectOk(await nl.history.verify({ grant: audit }))
      }
    } finally {
      await here.close()
      await there.close()
    }
  })
})

describe('a storage that shows an event twice', () => {
  const lies: readonly (readonly [string, (rows: readonly EventRow[]) => readonly EventRow[]])[] = [
    ['beside itself', (rows) => [...rows.slice(0, 3), rows[2]!, ...rows.slice(3)]],
    ['at the end', (rows) => [...rows, rows[0]!]],
    ['in front', (rows) => [rows.at(-1)!, ...rows]],
    ['all of them', (rows) => rows.flatMap((row) => [row, row])],
  ]
  it.each(lies)('promise 4: is not believed the second time: %s', async (_, lie) => {
    const memory = memoryStorage()
    let lying = false
    const storage: Storage = {
      ...memory,
      async listEvents(query) {
        const page = await memory.listEvents(query)
        return lying ? { ...page, items: lie(page.items) } : page
      },
    }
    const world = createWorld({ storage })
    const { nl } = world
    const ada = await world.person()
    for (const _sign of times(3)) await ada.signIn()
    const truth = expectOk(await nl.history.list({ grant: audit })).events.map(({ n }) => n)
    const { csv } = expectOk(await nl.history.csv({ grant: audit }))
    lying = true
    const { events, genuine } = expectOk(await nl.history.list({ grant: audit }))
    expect(genuine).toBe(false)
    const shown = events.map(({ n }) => n)
    expect(new Set(shown).size).toBe(shown.length)
    expect(truth).toEqual(expect.arrayContaining(shown))
    const file = expectOk(await nl.history.csv({ grant: audit }))
    expect(file.genuine).toBe(false)
    expect(file.csv.length).toBeLessThanOrEqual(csv.length)
    expect(expectOk(await nl.history.logins({ grant: audit })).genuine).toBe(false)
  })

  it('promise 4: is not believed when it shows a page once more, or another one than was asked for', async () => {
    const memory = memoryStorage()
    let lying = false
    const storage: Storage = {
      ...memory,
      listEvents: ({ after, ...query }) =>
        memory.listEvents(lying || after === undefined ? query : { ...query, after }),
    }
    const { nl, person } = createWorld({ storage })
    const ada = await person()
    for (const _sign of times(3)) await ada.signIn()
    const first = expectOk(await nl.history.list({ grant: audit, limit: 4 }))
    const after = first.next!
    const second = expectOk(await nl.history.list({ grant: audit, limit: 4, after }))
    expect(second).toMatchObject({ genuine: true, events: { length: 4 } })
    lying = true
    expect(await nl.history.list({ grant: audit, limit: 4, after })).toMatchObject({ genuine: false, events: [] })
  })
})

describe('the check of a history that somebody asks for without end', () => {
  it('waits for one account, not for another or for a script, and goes on an hour later', async () => {
    const world = createWorld()
    const { nl } = world
    const [ada, bob] = [await world.person('ada'), await world.person('bob')]
    // One page of events and one of facts.
    const checks = limits.historyPagesHourly / 2
    for (const _check of times(checks)) expectOk(await nl.history.verify({ grant: ada.grant }))
    const held = await nl.history.verify({ grant: ada.grant })
    expect(held).toMatchObject({ ok: false, reason: 'too-many-attempts' })
    expectOk(await nl.history.verify({ grant: bob.grant }))
    expectOk(await nl.history.verify({ grant: asSystem('ada', 'audit') }))
    world.clock.advance(3_600_000)
    expectOk(await nl.history.verify({ grant: ada.grant }))
  })

  it('counts the pages of facts too, and a check that has to wait in the middle names no fault', async () => {
    const world = createWorld({
      options: {
        limiter: {
          // The first page is that of events.
          charge: async ({ charges }) =>
            charges[0]?.limit === limits.historyPagesHourly && pages++ > 0
              ? { admitted: false, retryAt: world.clock() + 5 }
              : { admitted: true },
          giveBack: async () => undefined,
        },
      },
    })
    let pages = 0
    const { grant } = await world.person()
    const retryAt = world.clock() + 5
    expect(await world.nl.history.verify({ grant })).toEqual({ ok: false, reason: 'too-many-attempts', retryAt })
    expect(pages).toBe(2)
  })
})
