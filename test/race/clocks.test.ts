import { beforeEach, describe, expect, it } from 'vitest'
import type { Nightlatch } from 'nightlatch'
import { limits } from '../../src/core/limits.ts'
import { skewed } from '../world/clock.ts'
import { expectStatus } from '../world/expect-outcome.ts'
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

describe.each([minute, 6 * minute, 11 * minute, 15 * minute])('servers whose clocks are %i ms apart', (ahead) => {
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

  it('promise 5: a mail that one server could not send is sent once by servers whose clocks differ', async () => {
    for (const [first, second] of [
      [0, ahead],
      [ahead, 0],
    ] as const) {
      const world = createWorld()
      const ada = await world.person()
      await world.nl.outbox.idle()
      world.mailer.clear()
      world.mailer.behave('fail')
      const failing = world.instance({ clock: skewed(world.clock, first) })
      const sweeping = world.instance({ clock: skewed(world.clock, second) })
      const challenge = await ada.challenge(ada.client, failing)
      expectStatus(await failing.signIn.verify({ challenge, code: ada.backupCodes[0] }), 'granted')
      await failing.outbox.idle()
      world.mailer.behave('deliver')
      for (let passed = 0; passed <= 20 * minute; passed += minute) {
        world.clock.advance(minute)
        for (const server of [sweeping, failing, world.nl]) await server.outbox.sweep()
      }
      expect(world.mailer.mails).toHaveLength(1)
    }
  })
})
