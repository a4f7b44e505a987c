import { beforeEach, describe, expect, it } from 'vitest'
import { asSystem } from 'nightlatch'
import type { EventRow, Nightlatch } from 'nightlatch'
import { expectOk } from '../world/expect-outcome.ts'
import { fieldsOf, peekEvents } from '../world/peek.ts'
import type { Person } from '../world/person.ts'
import type { SqliteFile } from '../world/sqlite.ts'
import { sqliteFile } from '../world/sqlite.ts'
import { memoryStorage } from 'nightlatch/storage/memory'
import type { Directory, Storage } from 'nightlatch'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'

const audit = asSystem('ada', 'audit')
const accountId = 'ada'
const minute = 60_000

interface Scene {
  readonly world: World
  readonly ada: Person
  readonly storage: Storage & Directory
  /** The time from which on the newest four events were written. */
  readonly middle: number
  close(): Promise<void>
}

/** Twelve events. The last four of them are an hour younger. */
async function scene(file: SqliteFile | null): Promise<Scene> {
  const storage = (file?.storage ?? memoryStorage()) as Storage & Directory
  const world = createWorld({ storage })
  const ada = await world.person('ada')
  for (let i = 0; i < 2; i++) await ada.signIn()
  world.clock.advance(60 * minute)
  const middle = world.clock()
  for (let i = 0; i < 2; i++) await ada.signIn()
  return { world, ada, storage, middle, close: async () => file?.close() }
}

/** A server that crashes at the given call of a method. */
function crashing(
  world: World,
  storage: Storage & Directory,
  method: 'pruneEvents' | 'replaceEvents' | 'commit',
  at = 1,
): Nightlatch {
  let calls = 0
  const crash = (): void => {
    if (++calls >= at) throw new Error('crash')
  }
  return world.instance({
    storage: {
      ...storage,
      async [method](request: never) {
        crash()
        return storage[method](request) as never
      },
    } as Storage & Directory,
  })
}

describe.each([
  { title: 'memory', open: async () => scene(null) },
  { title: 'SQLite', open: async () => scene(await sqliteFile()) },
])('promise 4 on $title: retention', ({ open }) => {
  let scene1: Scene
  beforeEach(async () => {
    scene1 = await open()
    return () => scene1.close()
  })
  const rows = (): Promise<readonly EventRow[]> => peekEvents(scene1.storage, accountId)
  const verify = (): ReturnType<Nightlatch['history']['verify']> => scene1.world.nl.history.verify({ grant: audit })

  it('[PRV-4] shortens addresses and takes browsers out of old events, and the history still verifies', async () => {
    const { world, middle } = scene1
    const before = await rows()
    expect(await world.nl.accounts.shortenHistory({ accountId, before: middle })).toStrictEqual({ ok: true, below: 9 })
    const after = await rows()
    for (const row of after.filter(({ n }) => n < 9)) {
      const { ip, userAgent, network } = fieldsOf(row)
      expect([ip, userAgent]).toStrictEqual([undefined, undefined])
      expect([undefined, '192.0.2.0/24']).toContain(network)
      expect(row.body).not.toContain('192.0.2.7')
    }
    expect(after.filter(({ n }) => n >= 9)).toStrictEqual(before.filter(({ n }) => n >= 9))
    expect(await verify()).toMatchObject({ ok: true, events: 12 })
    const { events, genuine } = expectOk(await world.nl.history.list({ grant: audit }))
    expect([events.length, genuine]).toStrictEqual([12, true])
    // Once more changes nothing.
    expect(await world.nl.accounts.shortenHistory({ accountId, before: middle })).toStrictEqual({ ok: true, below: 9 })
    expect(await rows()).toStrictEqual(after)
  })

  it('an unshortened row that is put back is found', async () => {
    const { world, storage, middle } = scene1
    const before = await rows()
    await world.nl.accounts.shortenHistory({ accountId, before: middle })
    await storage.replaceEvents({ id: 'account:ada', rows: before.filter(({ n }) => n === 5) })
    expect(await verify()).toMatchObject({ ok: false, faults: [{ fault: 'changed', n: 5 }] })
    expect(await world.nl.history.list({ grant: audit })).toMatchObject({ ok: true, genuine: false })
  })

  it('a shortened row whose network was changed is found', async () => {
    const { world, storage, middle } = scene1
    await world.nl.accounts.shortenHistory({ accountId, before: middle })
    const spoiled = (await rows()).map((row) => ({ ...row, body: row.body.replace('192.0.2.0/24', '192.0.3.0/24') }))
    await storage.replaceEvents({ id: 'account:ada', rows: spoiled })
    const faults = expect.arrayContaining([{ fault: 'changed', n: 1 }]) as unknown
    expect(await verify()).toMatchObject({ ok: false, faults })
  })

  it.each(['replaceEvents', 'commit'] as const)(
    'a crash at %s while rows are shortened is no fault, and the next call goes on',
    async (method) => {
      const { world, storage, middle } = scene1
      // The second commit is the one that ends the work.
      const nl = crashing(world, storage, method, method === 'commit' ? 2 : 1)
      await expect(nl.accounts.shortenHistory({ accountId, before: middle })).rejects.toThrow()
      expect(await verify()).toMatchObject({ ok: true, events: 12 })
      expect(await world.nl.history.list({ grant: audit })).toMatchObject({ ok: true, genuine: true })
      // Half of the rows are done.
      expect(await world.nl.accounts.shortenHistory({ accountId, before: 0 })).toStrictEqual({ ok: true, below: 9 })
      expect(await verify()).toMatchObject({ ok: true, events: 12 })
      for (const row of await rows()) if (row.n < 9) expect(fieldsOf(row)['ip']).toBeUndefined()
    },
  )

  it('rows between the marks may be in either form', async () => {
    const { world, storage, middle } = scene1
    const full = await rows()
    const nl = crashing(world, storage, 'commit', 2)
    await expect(nl.accounts.shortenHistory({ accountId, before: middle })).rejects.toThrow()
    await storage.replaceEvents({ id: 'account:ada', rows: full.filter(({ n }) => n % 2 === 0) })
    expect(await verify()).toMatchObject({ ok: true, events: 12 })
  })

  it('[PRV-3] removes old events for good, and what is left still verifies and grows', async () => {
    const { world, ada, middle } = scene1
    expect(await world.nl.accounts.pruneHistory({ accountId, before: middle })).toStrictEqual({ ok: true, below: 9 })
    expect((await rows()).map(({ n }) => n)).toStrictEqual([9, 10, 11, 12])
    expect(await verify()).toMatchObject({ ok: true, events: 4, anchor: { n: 12, from: 9 } })
    await ada.signIn()
    expect(await verify()).toMatchObject({ ok: true, events: 6 })
    expect(await world.nl.accounts.pruneHistory({ accountId, before: middle })).toStrictEqual({ ok: true, below: 9 })
    expect(await world.nl.accounts.pruneHistory({ accountId, before: world.clock() + 1 })).toStrictEqual({
      ok: true,
      below: 15,
    })
    expect(await verify()).toMatchObject({ ok: true, events: 0 })
    await ada.signIn()
    expect(await verify()).toMatchObject({ ok: true, events: 2 })
  })

  it('rows that a crash left over below the first number are no fault and are not shown', async () => {
    const { world, storage, middle } = scene1
    const nl = crashing(world, storage, 'pruneEvents')
    await expect(nl.accounts.pruneHistory({ accountId, before: middle })).rejects.toThrow()
    expect(await rows()).toHaveLength(12)
    expect(await verify()).toMatchObject({ ok: true, events: 4 })
    const { events, genuine } = expectOk(await world.nl.history.list({ grant: audit }))
    expect([events.map(({ n }) => n), genuine]).toStrictEqual([[12, 11, 10, 9], true])
    expect(await world.nl.accounts.pruneHistory({ accountId, before: 0 })).toStrictEqual({ ok: true, below: 9 })
    expect(await rows()).toHaveLength(4)
  })

  it('prunes nothing of a history that was tampered with', async () => {
    const { world, storage, middle } = scene1
    const spoiled = (await rows()).map((row) => ({
      ...row,
      body: row.body.replace('"actor":"user"', '"actor":"system"'),
    }))
    await storage.replaceEvents({ id: 'account:ada', rows: spoiled.slice(0, 1) })
    const answer = await world.nl.accounts.pruneHistory({ accountId, before: middle })
    expect(answer).toMatchObject({ ok: false, reason: 'tampered', faults: [{ fault: 'changed', n: 1 }] })
    expect(await rows()).toHaveLength(12)
  })

  it('shortens and prunes while the owner signs in', async () => {
    const { world, ada, middle } = scene1
    const jobs = [
      world.instance().accounts.shortenHistory({ accountId, before: middle }),
      world.instance().accounts.pruneHistory({ accountId, before: middle - 45 * minute }),
      ada.signIn(),
    ]
    await Promise.all(jobs)
    expect(await verify()).toMatchObject({ ok: true })
    expect(await world.nl.history.list({ grant: audit })).toMatchObject({ genuine: true })
  })

  it('answers for an account that is not there', async () => {
    const { nl } = scene1.world
    expect(await nl.accounts.shortenHistory({ accountId: 'nobody', before: 1 })).toMatchObject({ reason: 'absent' })
    expect(await nl.accounts.pruneHistory({ accountId: 'nobody', before: 1 })).toMatchObject({ reason: 'absent' })
    await expect(nl.accounts.pruneHistory({ accountId: 'ada', before: -1 })).rejects.toMatchObject({
      code: 'NL_ARGUMENT',
    })
  })
})
