import { beforeEach, describe, expect, it } from 'vitest'
import type { Nightlatch } from 'nightlatch'
import { limits } from '../../src/core/limits.ts'
import { skewed } from '../world/clock.ts'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { answered, keyOwner, withPasskeys } from '../world/passkey-person.ts'
import { peekState } from '../world/peek.ts'
import type { Person } from '../world/person.ts'
import { elsewhere } from '../world/person.ts'
import { trustingWorld } from '../world/trusting.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const skews = [-400 * day, -day, -hour, -16 * minute, -minute, minute, 16 * minute, hour, day, 400 * day]

describe('servers whose clocks disagree', () => {
  let world: World
  let ada: Person
  let other: (skew: number) => Nightlatch
  beforeEach(async () => {
    world = createWorld()
    ada = await world.person()
    await ada.signIn()
    other = (skew) => world.instance({ clock: skewed(world.clock, skew) })
  })

  it.each([minute, 6 * minute, 11 * minute, 15 * minute])(
    '[LIF-10] promise 1: a spent proof stays spent after a server that is %i ms ahead has written',
    async (ahead) => {
      const fast = other(ahead)
      const proof = await ada.proof()
      expectOk(await world.nl.totp.enroll({ grant: ada.grant, proof }))
      const code = ada.backupCodes[0]
      const there = expectOk(await fast.stepUp.verify({ grant: ada.grant, purpose: 'factors', code }))
      expectOk(await fast.totp.enroll({ grant: ada.grant, proof: there.proof }))
      expect(await world.nl.totp.enroll({ grant: ada.grant, proof })).toMatchObject({ ok: false, reason: 'step-up' })
      // A new one is good.
      world.clock.advance(1)
      expectOk(await world.nl.totp.enroll({ grant: ada.grant, proof: await ada.proof() }))
    },
  )

  it.each([minute, 6 * minute, 11 * minute, 15 * minute])(
    'promise 1: a completed challenge stays completed after a server that is %i ms ahead has written',
    async (ahead) => {
      const challenge = await ada.challenge()
      const [first, second] = ada.backupCodes
      expectStatus(await world.nl.signIn.verify({ challenge, code: first }), 'granted')
      const fast = other(ahead)
      const there = await ada.challenge(ada.client, fast)
      expectStatus(await fast.signIn.verify({ challenge: there, code: ada.backupCodes[5] }), 'granted')
      expect(await world.nl.signIn.verify({ challenge, code: second })).toMatchObject({
        status: 'refused',
        reason: 'challenge-ended',
      })
      // A new one is good.
      world.clock.advance(1)
      const next = await ada.challenge()
      expectStatus(await world.nl.signIn.verify({ challenge: next, code: second }), 'granted')
    },
  )

  it.each([minute, 11 * minute, 15 * minute])(
    'promise 2: the tries of a challenge are not given back by a server that is %i ms ahead',
    async (ahead) => {
      const challenge = await ada.challenge()
      for (let i = 0; i < 5; i++) {
        world.clock.advance(20 * second)
        await world.nl.signIn.verify({ challenge, code: '000000', client: elsewhere(i) })
      }
      const fast = other(ahead)
      await fast.signIn.verify({ challenge: await ada.challenge(elsewhere(9), fast), code: '000000' })
      world.clock.advance(20 * second)
      const answer = await world.nl.signIn.verify({ challenge, code: ada.app.code(), client: elsewhere(10) })
      expect(answer).toMatchObject({ status: 'refused' })
    },
  )

  it.each(skews)('[TOTP-6] promise 1: no step is accepted twice by a server that is %i ms off', async (skew) => {
    const off = other(skew)
    world.clock.advance(30 * second)
    const code = ada.app.code()
    expectStatus(
      await world.nl.signIn.verify({ challenge: await ada.challenge(), code, client: ada.client }),
      'granted',
    )
    const challenge = await ada.challenge(ada.client, off)
    const again = await off.signIn.verify({ challenge, code, client: ada.client })
    expect(again.status).not.toBe('granted')
  })

  it.each(skews)('a lock or a wait set by a server that is %i ms off ends in time', async (skew) => {
    const off = other(skew)
    for (let i = 0; i < 25; i++) {
      const client = elsewhere(i)
      const challenge = await ada.challenge(client, off)
      await off.signIn.verify({ challenge, code: '000000', client })
    }
    const locked = await peekState(world.storage, 'ada')
    expect(locked?.throttle.failures).toBe(20)
    // Nobody is told to wait longer than two locks are long, neither now nor when the time of the other server comes.
    let closedFor = 0
    for (let passed = 0; passed < Math.min(Math.abs(skew), day) + 2 * hour; passed += 5 * minute) {
      world.clock.advance(5 * minute)
      const client = elsewhere(1000 + passed / minute)
      const started = expectStatus(
        await world.nl.signIn.start({ name: ada.name, accountId: 'ada', primary: 'password', client }),
        'challenge',
      )
      closedFor = started.retryAt === undefined ? 0 : closedFor + 5 * minute
      expect(closedFor).toBeLessThanOrEqual(2 * limits.lockMs)
      if (started.retryAt !== undefined) expect(started.retryAt - world.clock()).toBeLessThanOrEqual(limits.lockMs)
    }
    const client = elsewhere(7777)
    const challenge = await ada.challenge(client)
    expectStatus(await world.nl.signIn.verify({ challenge, code: ada.app.code(), client }), 'granted')
  })

  it.each(skews)('no call throws on a server that is %i ms off', async (skew) => {
    const off = other(skew)
    const challenge = await ada.challenge(ada.client, off)
    expectStatus(await off.signIn.verify({ challenge, code: ada.backupCodes[0], client: ada.client }), 'granted')
    await off.totp.enroll({ grant: ada.grant })
    await off.totp.confirm({ grant: ada.grant, code: '123456' })
    await off.stepUp.start({ grant: ada.grant, purpose: 'factors' })
    await off.stepUp.verify({ grant: ada.grant, purpose: 'factors', code: '123456' })
    await off.totp.resynchronize({ grant: ada.grant, authenticator: ada.app.id, codes: ['123456', '123457'] })
    await off.sessions.list({ grant: ada.grant })
    await off.history.logins({ grant: ada.grant })
    await off.outbox.sweep()
    // A grant has an end, which a server that is further off than that takes for past.
    const answer = Math.abs(skew) < limits.sessionMs ? { ok: true } : { ok: false, reason: 'signed-out' }
    expect(await off.history.verify({ grant: ada.grant })).toMatchObject(answer)
    expect(await off.sessions.endAll({ grant: ada.grant })).toMatchObject(answer)
  })

  it('a primary authentication on a server that is a day ahead is no longer fresh after an hour', async () => {
    const ahead = other(day)
    const client = { ip: '192.0.2.9' }
    const first = expectStatus(
      await ahead.signIn.start({ name: 'bob', accountId: 'bob', primary: 'password', client }),
      'granted',
    )
    world.clock.advance(hour)
    const enrolled = await world.nl.totp.enroll({ grant: first.grant })
    expect(enrolled).toMatchObject({ ok: false, reason: 'reauthenticate' })
  })
})

/** Each server has issued something, and what the server ahead issued has ended. */
describe.each([minute, 6 * minute, 11 * minute, 15 * minute])('servers whose clocks are %i ms apart', (ahead) => {
  it('[PKA-12] promise 1: an answer of a passkey stays spent on servers whose clocks differ', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl, clock } = world
    const { authenticator } = await keyOwner(nl)
    const fast = world.instance({ clock: skewed(clock, ahead) })
    const enters = async (server: Nightlatch): Promise<Parameters<Nightlatch['signIn']['verifyPasskey']>[0]> => {
      const input = await answered(server, authenticator, null)
      expectStatus(await server.signIn.verifyPasskey(input), 'granted')
      return input
    }
    await enters(fast)
    clock.advance(limits.ceremonyMs - second)
    const input = await enters(nl)
    clock.advance(2 * second)
    await enters(fast)
    expect(await nl.signIn.verifyPasskey(input)).toMatchObject({ status: 'refused', reason: 'challenge-ended' })
    await enters(nl)
  })

  it('promise 1: a completed challenge stays completed on servers whose clocks differ', async () => {
    const world = createWorld()
    const { nl, clock } = world
    const ada = await world.person()
    const fast = world.instance({ clock: skewed(clock, ahead) })
    const enters = async (server: Nightlatch, code: string | undefined): Promise<string> => {
      const challenge = await ada.challenge(ada.client, server)
      expectStatus(await server.signIn.verify({ challenge, code }), 'granted')
      return challenge
    }
    const [first, other, third, fourth, fifth] = ada.backupCodes
    await enters(fast, first)
    clock.advance(limits.challengeMs - second)
    const challenge = await enters(nl, other)
    clock.advance(2 * second)
    await enters(fast, third)
    const again = await nl.signIn.verify({ challenge, code: fourth })
    expect(again).toMatchObject({ status: 'refused', reason: 'challenge-ended' })
    await enters(nl, fifth)
  })

  it('[LIF-10] promise 1: a spent proof stays spent on servers whose clocks differ, and a new one is accepted', async () => {
    const world = createWorld()
    const { nl, clock } = world
    const ada = await world.person()
    await ada.signIn()
    const { grant, backupCodes } = ada
    const fast = world.instance({ clock: skewed(clock, ahead) })
    const spends = async (server: Nightlatch, code: string | undefined): Promise<string> => {
      const { proof } = expectOk(await server.stepUp.verify({ grant, purpose: 'factors', code }))
      expectOk(await server.totp.enroll({ grant, proof }))
      return proof
    }
    await spends(fast, backupCodes[0])
    clock.advance(limits.proofMs - second)
    const proof = await spends(nl, backupCodes[1])
    clock.advance(2 * second)
    await spends(fast, backupCodes[2])
    expect(await nl.totp.enroll({ grant, proof })).toMatchObject({ ok: false, reason: 'step-up' })
    await spends(nl, backupCodes[3])
  })

  it('a browser that one server trusts is trusted by servers whose clocks differ', async () => {
    const { world, nl, ada, browser } = await trustingWorld()
    const start = { name: ada.name, accountId: ada.id, primary: 'password' } as const
    let device = browser.device
    for (const server of [-ahead, ahead].map((by) => world.instance({ clock: skewed(world.clock, by) }))) {
      const entered = expectStatus(await server.signIn.start({ ...start, client: { ...browser, device } }), 'granted')
      expect(entered.trustedDevice).toBe(true)
      device = entered.deviceToken
    }
    expectStatus(await nl.signIn.start({ ...start, client: { ...browser, device } }), 'granted')
  })
})
