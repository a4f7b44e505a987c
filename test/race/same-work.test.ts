import type { Limiter, Nightlatch, Storage } from 'nightlatch'
import { memoryLimiter } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import { expectOk } from '../world/expect-outcome.ts'
import { keyOwner, withPasskeys } from '../world/passkey-person.ts'
import { peekEvents, peekFacts } from '../world/peek.ts'
import { elsewhere, home } from '../world/person.ts'
import { times } from '../world/times.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'

/** Everything that was asked of storage and limiter, in its order. */
interface Traced {
  readonly storage: Storage
  readonly limiter: Limiter
  readonly trace: string[]
  /** Methods of the storage that do not answer any more. */
  readonly hanging: Set<string>
}

function traced(): Traced {
  const inner = memoryStorage()
  const trace: string[] = []
  const hanging = new Set<string>()
  const storage = Object.fromEntries(
    Object.entries(inner as unknown as Record<string, (request: unknown) => Promise<unknown>>).map(([name, call]) => [
      name,
      async (request: unknown) => {
        trace.push(name)
        if (hanging.has(name)) await new Promise(() => undefined)
        return call.call(inner, request)
      },
    ]),
  ) as unknown as Storage
  const counts = memoryLimiter()
  const limiter: Limiter = {
    charge: async (request) => {
      trace.push(...request.charges.map(({ limit, windowMs }) => `charge ${limit} in ${windowMs}`))
      return counts.charge(request)
    },
    giveBack: async (request) => counts.giveBack(request),
  }
  return { storage, limiter, trace, hanging }
}

describe('[THR-12] promise 10: a password form', () => {
  let storage: Traced
  let world: World
  let nl: Nightlatch

  beforeEach(async () => {
    storage = traced()
    world = createWorld({ storage: storage.storage, options: { ...withPasskeys, limiter: storage.limiter } })
    nl = world.nl
    await world.person('ada')
    const eve = await keyOwner(nl, { id: 'eve' })
    await eve.becomePasskeyOnly()
    world.clock.advance(3_600_000)
    await nl.outbox.idle()
  })

  const tries = (client: object): Readonly<Record<string, () => Promise<unknown>>> => ({
    'a known name': () => nl.signIn.failed({ name: 'ada@people.example', accountId: 'ada', client }),
    'a name that nobody has': () => nl.signIn.failed({ name: 'nobody@people.example', client }),
    'a user without a record': () => nl.signIn.failed({ name: 'new@people.example', accountId: 'new', client }),
    'a right password of an account that only passkeys open': () =>
      nl.signIn.start({ name: 'eve@people.example', accountId: 'eve', primary: 'password', client }),
  })

  /** What is asked until the answer, and the answer. */
  async function workOf(
    call: () => Promise<unknown>,
  ): Promise<{ readonly work: readonly string[]; readonly answer: unknown }> {
    await nl.outbox.idle()
    storage.trace.length = 0
    const answer = await call()
    return { work: [...storage.trace], answer }
  }

  it('does the same work for every name and gives the same answer, also when it is limited', async () => {
    for (const limited of [false, true]) {
      const found = []
      for (const [index, call] of Object.values(tries(elsewhere(1))).entries()) {
        // Each name from a network of its own would be another key of the same kind.
        if (limited) for (const _ of times(21)) await call()
        found.push({ index, ...(await workOf(call)) })
      }
      const works = found.map(({ work }) => work)
      const answers = found.map(({ answer }) => answer)
      expect(works).toEqual(works.map(() => works[0]))
      expect(works[0]?.filter((asked) => !asked.startsWith('charge'))).toEqual(limited ? [] : ['load'])
      expect(answers).toEqual(answers.map(() => answers[0]))
      expect(answers[0]).toMatchObject({ reason: limited ? 'too-many-attempts' : 'wrong-credentials' })
    }
  })

  it('does the same work for every name in the first call of a process, which reads the keys of the realm', async () => {
    const works: (readonly string[])[] = []
    for (const index of Object.keys(tries(home)).keys()) {
      nl = world.instance({ storage: storage.storage })
      works.push((await workOf(Object.values(tries(elsewhere(4)))[index]!)).work)
    }
    expect(works).toEqual(works.map(() => works[0]))
    expect(works[0]?.filter((asked) => !asked.startsWith('charge'))).toEqual(['load', 'load'])
  })

  it('waits for no row, which is written all the same', async () => {
    storage.hanging.add('append').add('commit')
    for (const call of Object.values(tries(elsewhere(2)))) {
      expect(await call()).toMatchObject({ reason: 'wrong-credentials' })
    }
    await new Promise((resolve) => setTimeout(resolve, 2 * limits.afterwardsMs))
    // What hangs has no end. The next calls are those of a storage that works.
    storage.hanging.clear()
    const works = createWorld({ storage: storage.storage, seed: 'again', options: withPasskeys }).nl
    const client = elsewhere(3)
    await works.signIn.failed({ name: 'ada@people.example', accountId: 'ada', client })
    await works.signIn.start({ name: 'eve@people.example', accountId: 'eve', primary: 'password', client })
    await works.outbox.idle()
    expect(expectOk(await works.history.logins({ grant: (await keyOwner(works, { id: 'bob' })).grant })).ok).toBe(true)
    const facts = await storage.storage.listFacts({ id: 'account:ada', limit: 10 })
    expect(facts.items.map(({ type }) => type)).toEqual(['authn_login_fail'])
    expect((await peekEvents(storage.storage, 'eve')).at(-1)).toMatchObject({ type: 'authn_login_refuse' })
  })

  it('tells the host when rows could not be stored', async () => {
    const broken: Storage = { ...storage.storage, append: () => Promise.reject(new Error('full')) }
    const server = world.instance({ storage: broken })
    expect(await server.signIn.failed({ name: 'x', client: home })).toMatchObject({ reason: 'wrong-credentials' })
    await server.outbox.idle()
    expect(world.reports).toMatchObject([{ kind: 'facts', text: '1 facts could not be stored' }])
  })

  it('[LOG-4] samples and counts the wrong passwords of a known name', async () => {
    for (const n of times(2000)) await nl.signIn.failed({ name: 'ada', accountId: 'ada', client: elsewhere(n) })
    const facts = await peekFacts(storage.storage, 'ada')
    expect(facts.length).toBeLessThan(100)
    expect(facts.reduce((sum, { fields }) => sum + Number(fields.sampled), 0)).toBeGreaterThan(1000)
  })

  it('answers a start whose account is busy, or that loses its race, as the limiter does', async () => {
    const retryAt = world.clock() + limits.startAgainMs
    const held = { status: 'refused', reason: 'too-many-attempts', httpStatus: 429, retryAt }
    const start = (server: Nightlatch, n: number): Promise<unknown> =>
      server.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client: elsewhere(n) })
    const losing = world.instance({ storage: { ...storage.storage, commit: async () => 'conflict' } })
    expect(await start(losing, 1)).toEqual(held)
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const slow = world.instance({
      storage: {
        ...storage.storage,
        commit: async (change) => {
          await gate
          return storage.storage.commit(change)
        },
      },
    })
    const flood = times(limits.queuePlaces.other + 40).map((n) => start(slow, n))
    const told = await Promise.race([flood.at(-1), flood.at(-2)])
    expect(told).toEqual(held)
    release()
    const answers = await Promise.all(flood)
    expect(answers.filter((answer) => (answer as { status: string }).status === 'challenge')).toHaveLength(
      limits.queuePlaces.other,
    )
  })
})

describe('promise 10: a line that a thief fills', () => {
  it('[THR-6] has places for the known device of the owner and for signing out everywhere', async () => {
    const inner = memoryStorage()
    const world = createWorld({ storage: inner })
    const ada = await world.person()
    await ada.signIn()
    const known = { ...ada.client, device: ada.deviceToken }
    const [mine, theirs] = [await ada.challenge(known), await ada.challenge(elsewhere(1))]
    world.clock.advance(30_000)
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const nl = world.instance({
      storage: {
        ...inner,
        load: async (id) => {
          await gate
          return inner.load(id)
        },
      },
    })
    const flood = times(400).map((n) => nl.signIn.verify({ challenge: theirs, code: '000000', client: elsewhere(n) }))
    for (const _ of times(20)) await Promise.resolve()
    const owner = nl.signIn.verify({ challenge: mine, code: ada.app.code(), client: known })
    // The flood still waits in its line then.
    const everywhere = owner.then(() => nl.sessions.endAll({ grant: ada.grant, client: known }))
    release()
    expect(await owner).toMatchObject({ status: 'granted' })
    expect(await everywhere).toMatchObject({ ok: true })
    const busy = (await Promise.all(flood)).filter((answer) => answer.status === 'refused' && answer.reason === 'busy')
    expect(busy.length).toBeGreaterThanOrEqual(400 - limits.queuePlaces.other)
  })

  it('gives no place to a device or a session that the account does not list any more', async () => {
    const inner = memoryStorage()
    const world = createWorld({ storage: inner })
    const ada = await world.person()
    const tokens: string[] = []
    for (const n of times(3)) {
      await ada.signIn(elsewhere(n))
      tokens.push(ada.deviceToken)
    }
    const stale = ada.grant
    await ada.signIn()
    const known = { ...ada.client, device: ada.deviceToken }
    const ended = expectOk(await world.nl.sessions.endAll({ grant: ada.grant, client: known }))
    const theirs = await ada.challenge(elsewhere(9))
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const nl = world.instance({
      storage: {
        ...inner,
        commit: async (change) => {
          await gate
          return inner.commit(change)
        },
      },
    })
    const first = nl.signIn.verify({ challenge: theirs, code: '000000', client: elsewhere(9) })
    // Three old devices and an old session, more calls than the owner has places.
    const flood = times(3 * limits.queuePlaces.own).flatMap((n) => [
      nl.signIn.verify({ challenge: theirs, code: '000000', client: { ...elsewhere(n), device: tokens[n % 3]! } }),
      nl.sessions.signOut({ grant: stale }),
    ])
    await new Promise((resolve) => setTimeout(resolve, 50))
    const everywhere = nl.sessions.endAll({ grant: ended.grant, client: known })
    release()
    expect(await everywhere).toMatchObject({ ok: true })
    await Promise.all([first, ...flood])
  })
})
