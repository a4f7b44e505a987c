import type { Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { describe, expect, it } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import { expectOk } from '../world/expect-outcome.ts'
import { fastHash } from '../world/fast-hash.ts'
import { peekFacts, peekState } from '../world/peek.ts'
import { elsewhere, home, wrongCode } from '../world/person.ts'
import { unlimited } from '../world/unlimited.ts'
import type { World } from '../world/world.ts'
import { times } from '../world/times.ts'
import { createWorld } from '../world/world.ts'
import { typeWrongCode, typeWrongCodes } from '../world/wrong-codes.ts'

const minute = 60_000

describe('[THR-7] promise 2: a slow hash that fails gives nothing away', () => {
  it('a wrong code of an authenticator is charged although the slow hash fails', async () => {
    let down = false
    const world = createWorld({
      options: {
        backupCodes: { profile: 'numeric-6' },
        slowHash: (request) => (down ? Promise.reject(new Error('overloaded')) : fastHash(request)),
      },
    })
    const ada = await world.person()
    const client = { ip: '203.0.113.9' }
    down = true
    let thrown = 0
    for (let n = 0; n < 4; n++) {
      const challenge = await ada.challenge(client)
      const code = wrongCode(ada.app)
      await world.nl.signIn.verify({ challenge, code, client }).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'NL_SLOW_HASH_FAILED' })
        thrown += 1
      })
    }
    expect(thrown).toBe(4)
    expect((await peekState(world.storage, 'ada'))?.totp.failures).toBe(4)
    const challenge = await ada.challenge(client)
    const right = await world.nl.signIn.verify({ challenge, code: ada.app.code(), client })
    expect(right).toMatchObject({ status: 'challenge', reason: 'wait' })
  })

  it('new backup codes are refused while the slow hash fails', async () => {
    let down = false
    const world = createWorld({
      options: { slowHash: (request) => (down ? Promise.reject(new Error('overloaded')) : fastHash(request)) },
    })
    const ada = await world.person()
    const proof = await ada.proof()
    down = true
    const regenerated = world.nl.backupCodes.regenerate({ grant: ada.grant, proof })
    await expect(regenerated).rejects.toMatchObject({ code: 'NL_SLOW_HASH_FAILED' })
    down = false
    expectOk(await world.nl.backupCodes.regenerate({ grant: ada.grant, proof }))
  })
})

describe('[THR-14] [LOG-4] facts from ten thousand networks are bounded', () => {
  it('10,000 failed sign-ins with names that nobody has leave fewer than 100 facts', async () => {
    const world = createWorld()
    for (let n = 0; n < 10_000; n++) await world.nl.signIn.failed({ name: `x${n}`, client: elsewhere(n) })
    expect((await peekFacts(world.storage, null)).length).toBeLessThan(100)
  })

  it('1,200 accounts that are tried within one moment have each their fact', async () => {
    const world = createWorld()
    const tried = times(1200).map((n) => `user${n}`)
    await Promise.all(tried.map((id, n) => world.nl.signIn.failed({ name: id, accountId: id, client: elsewhere(n) })))
    for (const id of tried) expect(await peekFacts(world.storage, id)).toHaveLength(1)
    expect(world.reports).toEqual([])
  })

  it('5,000 codes for one challenge during a lock leave fewer than 200 facts', async () => {
    const world = createWorld()
    const ada = await world.person()
    const challenge = await ada.challenge()
    await typeWrongCodes(world.nl, ada, limits.lockAfter, 90_000)
    for (let n = 0; n < 5000; n++) {
      await world.nl.signIn.verify({ challenge, code: '123456', client: elsewhere(n) })
      world.clock.advance(20)
    }
    expect((await peekFacts(world.storage, 'ada')).length).toBeLessThan(200)
  })
})

describe('a flood of wrong codes', () => {
  it('[THR-6] promise 10: a flood for one challenge from many networks does not delay the owner on a known device', async () => {
    const world = createWorld()
    const ada = await world.person()
    await ada.signIn()
    const known = { ...home, device: ada.deviceToken }
    const challenge = await ada.challenge(elsewhere(1))
    const mine = await ada.challenge(known)
    world.clock.advance(30_000)
    const code = wrongCode(ada.app)
    const flood = Array.from({ length: 400 }, (_, n) =>
      world.nl.signIn.verify({ challenge, code, client: elsewhere(n) }),
    )
    for (let n = 0; n < 5; n++) await Promise.resolve()
    const owner = await world.nl.signIn.verify({ challenge: mine, code: ada.app.code(), client: known })
    await Promise.all(flood)
    expect(owner).toMatchObject({ status: 'granted' })
  })

  it('[THR-3] promise 2: a success gives back what its challenge charged only as far as it is still counted', async () => {
    const world = createWorld()
    const ada = await world.person()
    await ada.signIn()
    const known = { ...home, device: ada.deviceToken }
    const challenge = await ada.challenge(known)
    const code = wrongCode(ada.app)
    for (let n = 0; n < 4; n++) await world.nl.signIn.verify({ challenge, code, client: elsewhere(n) })
    await ada.signIn(known)
    for (let n = 0; n < 4; n++) await typeWrongCode(world.nl, ada, elsewhere(10 + n))
    await world.nl.signIn.verify({ challenge, code: ada.backupCodes[0], client: known })
    expect((await peekState(world.storage, 'ada'))?.totp.failures).toBe(4)
  })

  it('[THR-4] the failures of a source are forgotten in time, also when nothing else happened since', async () => {
    const world = createWorld()
    const ada = await world.person()
    for (let n = 0; n < 6; n++) {
      await typeWrongCode(world.nl, ada, elsewhere(1))
      world.clock.advance(15 * minute)
    }
    world.clock.advance(limits.sourceMs)
    expect(await typeWrongCode(world.nl, ada, elsewhere(1))).not.toHaveProperty('retryAt')
  })

  it('[NOT-4] wrong codes from a known device of a thief are mailed to the owner, who ends them by signing out everywhere', async () => {
    const world = createWorld()
    const ada = await world.person()
    await ada.signIn()
    const own = ada.grant
    await ada.signIn(elsewhere(5))
    const thief = { ...elsewhere(5), device: ada.deviceToken }
    world.mailer.clear()
    for (let n = 0; n < 8; n++) {
      world.clock.advance(15 * minute)
      await typeWrongCode(world.nl, ada, thief)
    }
    await world.nl.outbox.idle()
    expect(world.mailer.mails.map(({ subject }) => subject)).toContain('[Acme] A sign-in stopped at the second factor')
    expectOk(await world.nl.sessions.endAll({ grant: own }))
    const devices = (await peekState(world.storage, 'ada'))?.knownDevices ?? []
    expect(devices).toHaveLength(1)
    await typeWrongCodes(world.nl, ada, limits.lockAfter, 90_000)
    const challenge = await ada.challenge(thief)
    const answer = await world.nl.signIn.verify({ challenge, code: ada.app.code(), client: thief })
    expect(answer).toMatchObject({ reason: 'wait' })
  })
})

describe('a page of facts', () => {
  const failedFor = (world: World, n: number): Promise<unknown> =>
    world.nl.signIn.failed({ name: `user-${n}`, accountId: `user-${n}`, client: elsewhere(n) })

  it('[LOG-4] promise 10: is shown while strangers add facts without end', async () => {
    const most = 2000
    let count = 0
    const inner = memoryStorage()
    const append: Storage['append'] = async (facts) => {
      await new Promise((resolve) => setImmediate(resolve))
      if (count < most) await failedFor(world, count++)
      return inner.append(facts)
    }
    const world: World = createWorld({ storage: { ...inner, append }, options: unlimited })
    const ada = await world.person()
    await world.nl.signIn.failed({ name: ada.name, accountId: 'ada', client: elsewhere(1) })
    const { facts } = expectOk(await world.nl.history.facts({ grant: ada.grant }))
    expect(facts.map(({ type }) => type)).toContain('authn_login_fail')
    expectOk(await world.nl.history.logins({ grant: ada.grant }))
    expect(count).toBeGreaterThan(0)
    expect(count).toBeLessThan(most)
    count = most
  })

  it('is shown although the storage hangs while it writes the facts of others', async () => {
    let hangs = false
    const inner = memoryStorage()
    const append: Storage['append'] = (facts) => (hangs ? new Promise(() => undefined) : inner.append(facts))
    const world = createWorld({ storage: { ...inner, append } })
    const ada = await world.person()
    hangs = true
    await failedFor(world, 1)
    expectOk(await world.nl.history.facts({ grant: ada.grant }))
    expectOk(await world.nl.history.logins({ grant: ada.grant }))
  })
})
