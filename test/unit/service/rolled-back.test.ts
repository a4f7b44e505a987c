import { describe, expect, it } from 'vitest'
import type { Report, Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { skewed } from '../../world/clock.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { peekFacts } from '../../world/peek.ts'
import type { Person } from '../../world/person.ts'
import type { World } from '../../world/world.ts'
import { createWorld } from '../../world/world.ts'

const signedOut = { ok: false, reason: 'signed-out' }

/** A storage whose record can be put back to an older copy, and taken away with its events. */
async function restorable(): Promise<{
  readonly world: World
  readonly ada: Person
  readonly reports: Report[]
  save(): Promise<void>
  restore(): void
  remove(): void
}> {
  const inner = memoryStorage()
  let shown: Storage = inner
  let copy: Awaited<ReturnType<Storage['load']>> = null
  const storage = Object.fromEntries(
    Object.keys(inner).map((name) => [
      name,
      (request: never) => (shown[name as keyof Storage] as (request: never) => unknown)(request),
    ]),
  ) as unknown as Storage
  const reports: Report[] = []
  const world = createWorld({ storage, options: { report: (report) => reports.push(report) } })
  const ada = await world.person()
  return {
    world,
    ada,
    reports,
    save: async () => {
      copy = await inner.load('account:ada')
    },
    restore: () => {
      const version = copy?.version
      shown = { ...inner, load: async (id) => (id === 'account:ada' && version !== undefined ? copy : inner.load(id)) }
    },
    remove: () => {
      shown = memoryStorage()
    },
  }
}

describe('a record that was put back to an older copy', () => {
  it('signs out the grants that are newer, ends their challenges, forgets their devices, and is reported', async () => {
    const { world, ada, reports, save, restore } = await restorable()
    const old = ada.grant
    await save()
    await ada.signIn()
    const late = await ada.challenge()
    restore()
    const { nl } = world
    expect(await nl.sessions.check({ grant: ada.grant })).toEqual(signedOut)
    expect(await nl.signIn.verify({ challenge: late, code: ada.app.code(1) })).toMatchObject({
      status: 'refused',
      reason: 'challenge-ended',
    })
    expectOk(await nl.sessions.check({ grant: old }))
    const facts = (await peekFacts(world.storage, 'ada')).filter(({ type }) => type === 'record_suspect')
    expect(facts[0]).toMatchObject({ fields: { reason: 'rolled-back' } })
    expect(reports).toContainEqual(expect.objectContaining({ kind: 'record' }))
  })

  it('does not know a device whose token is newer than the copy', async () => {
    const { world, ada, save, restore } = await restorable()
    await save()
    await ada.signIn()
    restore()
    const client = { ...ada.client, device: ada.deviceToken }
    const start = { name: ada.name, accountId: ada.id, primary: 'password', client } as const
    // The storage refuses the commit of the copy, so only what is read counts here.
    await world.nl.signIn.start(start).catch(() => undefined)
    const facts = (await peekFacts(world.storage, 'ada')).filter(({ type }) => type === 'record_suspect')
    expect(facts[0]).toMatchObject({ fields: { reason: 'rolled-back' } })
  })
})

describe('a record that was deleted together with its history', () => {
  it('signs everybody out, and the account that begins anew has another birth id', async () => {
    const { world, ada, remove } = await restorable()
    const challenge = await ada.challenge()
    await ada.signIn()
    remove()
    const { nl } = world
    expect(await nl.sessions.check({ grant: ada.grant })).toEqual(signedOut)
    const start = { name: ada.name, accountId: ada.id, primary: 'password' } as const
    for (let n = 0; n < 12; n++) expectStatus(await nl.signIn.start(start), 'granted')
    expect(await nl.sessions.check({ grant: ada.grant })).toEqual(signedOut)
    expect(await nl.signIn.verify({ challenge, code: ada.app.code(1) })).toMatchObject({ reason: 'challenge-ended' })
  })
})

describe('a server whose clock is behind', () => {
  it.each([
    [30_000, 0],
    [120_000, 1],
  ])('that finds a record %i ms ahead reports it %i times', async (ahead, times) => {
    const { world, ada, reports } = await restorable()
    await ada.signIn()
    const behind = world.instance({ clock: skewed(world.clock, -ahead) })
    expectOk(await behind.sessions.check({ grant: ada.grant }))
    await Promise.resolve()
    expect(reports.filter(({ kind }) => kind === 'record')).toHaveLength(times)
  })
})
