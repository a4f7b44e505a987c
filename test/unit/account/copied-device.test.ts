import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/core/limits.ts'
import { luckLeft } from '../../world/luck-left.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { elsewhere, home } from '../../world/person.ts'
import { eventsOf, newestOf, stateOf } from '../../world/reading.ts'
import { times } from '../../world/times.ts'
import { unlimited } from '../../world/unlimited.ts'
import { createWorld } from '../../world/world.ts'
import { typeWrongCode } from '../../world/wrong-codes.ts'

const step = 30_000

describe('a copied device token', () => {
  it('[SES-10] stays unknown after endAll, also when its owner comes back with the same cookie', async () => {
    const { nl, clock, person } = createWorld()
    const ada = await person()
    await ada.signIn()
    const copied = { ...ada.client, device: ada.deviceToken }
    await ada.signIn({ ip: '192.0.2.8', userAgent: 'Laptop' })
    expectOk(await nl.sessions.endAll({ grant: ada.grant }))
    clock.advance(step)
    const owner = await nl.signIn.verify({
      challenge: await ada.challenge(copied),
      code: ada.app.code(),
      client: copied,
    })
    const own = { ...ada.client, device: expectStatus(owner, 'granted').deviceToken }
    await ada.challenge(copied)
    expect(await newestOf(nl, 'ada', 'mfa_challenge')).toMatchObject({ values: { knownDevice: false } })
    await ada.challenge(own)
    expect(await newestOf(nl, 'ada', 'mfa_challenge')).toMatchObject({ values: { knownDevice: true } })
  })

  it('is known to each account under an id of its own', async () => {
    const { nl, clock, person } = createWorld()
    const [ada, bob] = [await person(), await person('bob')]
    const browser = { ...ada.client, device: ada.deviceToken }
    clock.advance(step)
    const entered = await nl.signIn.verify({
      challenge: await bob.challenge(browser),
      code: bob.app.code(),
      client: browser,
    })
    const both = { ...ada.client, device: expectStatus(entered, 'granted').deviceToken }
    for (const one of [ada, bob]) {
      await one.challenge(both)
      expect(await newestOf(nl, one.id, 'mfa_challenge')).toMatchObject({ values: { knownDevice: true } })
    }
  })

  it('[SES-10] (promise 10) stays unknown once its guesses used up the luck of the device, and its owner gets another', async () => {
    const { nl, clock, storage, mailer, person } = createWorld({ options: unlimited })
    const ada = await person()
    await ada.signIn()
    const copied = { ...home, device: ada.deviceToken }
    const laptop = { ...elsewhere(1), userAgent: 'Laptop' }
    await ada.signIn(laptop)
    const second = { ...laptop, device: ada.deviceToken }
    const devices = async (): Promise<number> => (await stateOf(storage, 'ada')).knownDevices.length
    const listed = await devices()

    // The owner signs in on the laptop, which clears the hard count before it switches the app off.
    let guesses = 0
    while ((await devices()) === listed) {
      clock.advance(limits.longestWaitMs)
      await typeWrongCode(nl, ada, copied)
      if (++guesses % 20 === 0) await ada.signIn(second)
    }
    expect(guesses).toBe(101)
    const struck = (await eventsOf(nl, 'ada')).filter(({ type }) => type === 'device_forget')
    expect(struck).toMatchObject([{ values: { reason: 'luck' } }])
    await nl.outbox.idle()
    expect(mailer.mails.filter(({ subject }) => subject.includes('no longer known'))).toHaveLength(1)

    // The copy is an unknown source like any other, before and after the owner comes back with the same cookie.
    const luck = async (): Promise<number> => luckLeft((await stateOf(storage, 'ada')).throttle.luck.unknown, clock())
    const isKnown = async (client: typeof copied): Promise<boolean | undefined> => {
      await ada.challenge(client)
      return (await newestOf(nl, 'ada', 'mfa_challenge'))?.values.knownDevice
    }
    expect(await luck()).toBe(300)
    expect(await isKnown(copied)).toBe(false)
    await ada.signIn(copied)
    const own = { ...home, device: ada.deviceToken }
    expect(own.device).not.toBe(copied.device)
    expect(await devices()).toBe(listed)
    for (const n of times(3)) {
      await typeWrongCode(nl, ada, copied)
      expect(await luck()).toBe(300 - 3 * (n + 1))
    }
    expect(await isKnown(copied)).toBe(false)
    expect(await isKnown(own)).toBe(true)
    expect(await isKnown(second)).toBe(true)
    const { throttle, knownDevices } = await stateOf(storage, 'ada')
    expect(throttle.row).toBe(3)
    expect(knownDevices.every(({ emptiedAt }) => emptiedAt === null)).toBe(true)
    // What the copy fills does not touch the owner.
    for (const n of times(limits.lockAfter)) {
      await typeWrongCode(nl, ada, { ...elsewhere(10 + n), device: copied.device })
    }
    expect((await stateOf(storage, 'ada')).throttle.lockedAt).not.toBeNull()
    await ada.signIn(own)
  })
})
