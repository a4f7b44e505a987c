import { copyFile } from 'node:fs/promises'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asSystem } from 'nightlatch'
import type { Storage } from 'nightlatch'
import { migrate, sqlStorage } from 'nightlatch/storage/sql'
import { openFile, temporaryFolder } from '../contract/sqlite-file.ts'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { peekFacts } from '../world/peek.ts'
import type { Person } from '../world/person.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'

const signedOut = { ok: false, reason: 'signed-out' }
const audit = asSystem('ada', 'audit')

/** A server on a SQLite file, of which copies can be made and put in its place. */
interface Restorable {
  readonly world: World
  /** A copy of the whole file as it is now. */
  copy(): Promise<string>
  /** From now on the storage of every server is that copy. */
  putInPlace(copy: string): void
  close(): Promise<void>
}

async function restorable(): Promise<Restorable> {
  const { file, remove } = await temporaryFolder()
  const opened: Kysely<unknown>[] = []
  const connect = (path: string): Kysely<unknown> => {
    const db = openFile(path)
    opened.push(db)
    return db
  }
  const db = connect(file)
  await migrate(db)
  const first = sqlStorage(db)
  let inner: Storage = first
  const storage = Object.fromEntries(
    Object.keys(first).map((name) => [
      name,
      (request: never) => (inner[name as keyof Storage] as (request: never) => unknown)(request),
    ]),
  ) as unknown as Storage
  let copies = 0
  return {
    world: createWorld({ storage }),
    async copy() {
      await sql`pragma wal_checkpoint(truncate)`.execute(db)
      const made = `${file}.${copies++}`
      await copyFile(file, made)
      return made
    },
    putInPlace(copy) {
      inner = sqlStorage(connect(copy))
    },
    async close() {
      for (const one of opened) await one.destroy()
      await remove()
    },
  }
}

/** The host was told once. Facts that say the same are sampled: fewer than the calls that found it. */
async function expectReportedOnce(world: World, calls: number): Promise<void> {
  await world.nl.outbox.idle()
  expect(world.reports.filter(({ kind }) => kind === 'record')).toHaveLength(1)
  const facts = await peekFacts(world.storage, 'ada')
  const suspect = facts.filter(({ type, fields }) => type === 'record_suspect' && fields.reason === 'rolled-back')
  expect(suspect.length).toBeGreaterThan(0)
  expect(suspect.length).toBeLessThan(calls)
}

describe('a database that lost commits', () => {
  let scene: Restorable
  let world: World
  let ada: Person

  beforeEach(async () => {
    scene = await restorable()
    world = scene.world
    ada = await world.person('ada')
    await ada.signIn()
  })
  afterEach(() => scene.close())

  it('because a backup was put back signs newer grants out, lets everybody sign in again, and is reported once', async () => {
    const [early, earlyDevice] = [ada.grant, ada.deviceToken]
    const spentEarly = ada.backupCodes[0]!
    await ada.signIn()
    const challenge = await ada.challenge()
    expectStatus(await world.nl.signIn.verify({ challenge, code: spentEarly, client: ada.client }), 'granted')
    const backup = await scene.copy()
    const { anchor: old } = expectOk(await world.nl.history.verify({ grant: audit }))
    for (let n = 0; n < 3; n++) await ada.signIn()
    const { anchor: newest } = expectOk(await world.nl.history.verify({ grant: audit }))
    const [late, lateDevice] = [ada.grant, ada.deviceToken]

    // The host stops its servers, puts the file back and starts them.
    scene.putInPlace(backup)
    const nl = world.instance()
    for (let n = 0; n < 3; n++) expect(await nl.sessions.check({ grant: late })).toEqual(signedOut)
    expect(await nl.history.list({ grant: late })).toEqual(signedOut)
    expect(await nl.history.verify({ grant: late })).toEqual({
      ok: false,
      reason: 'tampered',
      faults: [{ fault: 'rolled-back', n: old.n }],
    })
    await expectReportedOnce(world, 5)

    // Who was signed in before the copy still is, and finds nothing: all evidence is older, and right.
    expectOk(await nl.sessions.check({ grant: early, client: { ...ada.client, device: earlyDevice } }))
    expectOk(await nl.history.verify({ grant: early }))
    expect(await nl.history.verify({ grant: audit, anchor: newest })).toMatchObject({ reason: 'tampered' })

    // Everybody else signs in again, from a browser that is unknown once more. No counter stands against them.
    world.clock.advance(60_000)
    const client = { ...ada.client, device: lateDevice }
    const start = { name: ada.name, accountId: ada.id, primary: 'password', client } as const
    const asked = expectStatus(await nl.signIn.start(start), 'challenge')
    const code = ada.app.code()
    const entered = expectStatus(await nl.signIn.verify({ challenge: asked.challenge, code, client }), 'granted')
    expectOk(await nl.history.verify({ grant: entered.grant }))
    expectOk(await nl.history.verify({ grant: entered.grant, anchor: old }))
    const again = expectStatus(await nl.signIn.start(start), 'challenge')
    // What was spent before the copy stays spent.
    expectStatus(await nl.signIn.verify({ challenge: again.challenge, code: spentEarly, client }), 'challenge')

    // The record has caught up, and the lost grant still opens nothing.
    for (let n = 0; n < 4; n++) {
      world.clock.advance(30_000)
      const next = expectStatus(await nl.signIn.start(start), 'challenge')
      const typed = { challenge: next.challenge, code: ada.app.code(), client }
      expectStatus(await nl.signIn.verify(typed), 'granted')
    }
    expect(await nl.sessions.check({ grant: late })).toEqual(signedOut)
    expect(await nl.history.verify({ grant: late })).toEqual(signedOut)
  })

  it('because a failover lost the last second goes on under running servers, and is reported once', async () => {
    await world.nl.signIn.failed({ name: ada.name, accountId: ada.id, client: ada.client })
    await world.nl.outbox.idle()
    const replica = await scene.copy()
    const before = ada.grant
    const lostChallenge = await ada.challenge()
    await ada.signIn()
    const lost = ada.grant
    scene.putInPlace(replica)

    const { nl } = world
    // The check is the first to find it, and reports it too.
    expect(await nl.history.verify({ grant: lost })).toMatchObject({
      reason: 'tampered',
      faults: [{ fault: 'rolled-back' }],
    })
    await expectReportedOnce(world, 2)
    expect(await nl.sessions.check({ grant: lost })).toEqual(signedOut)
    expect(await nl.signIn.verify({ challenge: lostChallenge, code: ada.app.code(1) })).toMatchObject({
      status: 'refused',
      reason: 'challenge-ended',
    })
    await expectReportedOnce(world, 3)
    expectOk(await nl.sessions.check({ grant: before }))

    await ada.signIn()
    const verdict = expectOk(await nl.history.verify({ grant: ada.grant }))
    // The fact from before and those that report it, all under the keys that the server has in memory.
    expect(verdict.facts.genuine).toBe((await peekFacts(world.storage, 'ada')).length)
    expect(expectOk(await nl.history.facts({ grant: ada.grant })).genuine).toBe(true)
  })

  it('says nothing to a grant of a record that began anew, which is another one', async () => {
    const { grant } = ada
    const empty = createWorld({ clock: world.clock, seed: 'anew' })
    const start = { name: ada.name, accountId: ada.id, primary: 'password' } as const
    expectStatus(await empty.nl.signIn.start(start), 'granted')
    expect(await empty.nl.history.verify({ grant })).toEqual(signedOut)
    expect(empty.reports.filter(({ kind }) => kind === 'record')).toEqual([])
  })
})
