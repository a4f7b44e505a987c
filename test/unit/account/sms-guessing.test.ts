import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/core/limits.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { elsewhere, home } from '../../world/person.ts'
import {
  anotherCode,
  createPhoneWorld,
  frequentSends,
  otherNumber,
  phoneNumber,
  phonePerson,
} from '../../world/phone.ts'
import type { PhonePerson, PhoneWorld } from '../../world/phone.ts'
import { eventsOf, newestOf, stateOf } from '../../world/reading.ts'
import { unlimited } from '../../world/unlimited.ts'
import { verdictOn } from '../../world/verdict.ts'

const minute = 60_000
const hour = 60 * minute

/** Types wrong codes until the number is switched off: from new networks, then on the known device. */
async function guessUntilOff(world: PhoneWorld, ada: PhonePerson): Promise<number> {
  const { clock } = world
  let guesses = 0
  for (let n = 0; n <= 200; n++) {
    const { failures, strangers } = (await stateOf(world.storage, ada.id)).sms
    if (failures >= 100) return guesses
    clock.advance(hour)
    const client = strangers < limits.strangersStop ? elsewhere(n) : ada.known
    const { challenge, sms } = await ada.start(client)
    if (sms?.status === 'refused' && sms.reason === 'daily' && sms.retryAt !== undefined) {
      clock.advance(sms.retryAt - clock())
      continue
    }
    if (sms?.status !== 'queued') throw new Error(`not sent: ${JSON.stringify(sms)}`)
    const code = anotherCode(await world.code())
    for (let k = 0; k < 3; k++) {
      const verdict = await verdictOn(world.nl, { challenge, code, client })
      if (verdict === 'wrong') guesses++
      if (verdict !== 'wrong') break
    }
  }
  throw new Error('never switched off')
}

describe('the count of wrong codes by SMS', () => {
  it('[SMS-5] is six after three wrong codes, a resend and three more', async () => {
    const world = createPhoneWorld({ options: { challenge: { tries: 10 } } })
    const ada = await phonePerson(world)
    const { nl, clock } = world
    const { challenge } = await ada.start()
    const wrong = async (): Promise<string> => {
      const code = anotherCode(await world.code())
      return verdictOn(world.nl, { challenge, code, client: ada.known })
    }
    for (let n = 0; n < 3; n++) expect(await wrong()).toBe('wrong')
    clock.advance(minute)
    expect(await nl.signIn.sendCode({ challenge, client: ada.known })).toMatchObject({ triesLeft: 7 })
    for (let n = 0; n < 3; n++) {
      clock.advance(20_000)
      expect(await wrong()).toBe('wrong')
    }
    const { sms, throttle, challenges } = await stateOf(world.storage, 'ada')
    expect([sms.failures, throttle.failures, challenges[0]?.failures]).toEqual([6, 6, 6])
  })

  it('[SMS-5] [THR-9] goes on over a new challenge with a new code, and each challenge has five tries', async () => {
    const world = createPhoneWorld({ sms: { sends: frequentSends } })
    const ada = await phonePerson(world)
    const { clock } = world
    for (let n = 0; n < 2; n++) {
      clock.advance(15 * minute)
      const { challenge } = await ada.start()
      const code = anotherCode(await world.code())
      for (let k = 0; k < 5; k++) {
        const verdict = await verdictOn(world.nl, { challenge, code, client: ada.known })
        expect(verdict).toBe(k < 4 ? 'wrong' : 'too-many-tries')
        clock.advance(k < 4 ? 50_000 : 0)
        if (n > 0) break
      }
    }
    const { sms, throttle } = await stateOf(world.storage, 'ada')
    expect([sms.failures, throttle.failures]).toEqual([6, 6])
  })

  it('[THR-9] grows by a sign-in, a step-up and a switch-off alike', async () => {
    const world = createPhoneWorld({ sms: { sends: frequentSends } })
    const ada = await phonePerson(world)
    const { nl, clock } = world
    const page = { grant: ada.grant, client: ada.known }
    const { challenge } = await ada.start()
    expect(await verdictOn(world.nl, { challenge, code: anotherCode(await world.code()), client: ada.known })).toBe(
      'wrong',
    )
    clock.advance(1000)
    expectOk(await nl.stepUp.sendCode(page))
    const code = anotherCode(await world.code())
    expect(await nl.stepUp.verify({ ...page, purpose: 'factors', code })).toMatchObject({ reason: 'wrong' })
    expect(await nl.accounts.turnOffTwoFactor({ ...page, code })).toMatchObject({ reason: 'wrong' })
    expect(await nl.accounts.turnOffTwoFactor({ ...page, code })).toMatchObject({ reason: 'wrong' })
    const { sms, throttle } = await stateOf(world.storage, 'ada')
    expect([sms.failures, throttle.failures]).toEqual([4, 4])
    // Now every flow waits, and no code is sent.
    const retryAt = clock() + 5000
    expect(await nl.stepUp.sendCode(page)).toEqual({ ok: false, reason: 'wait', retryAt })
    clock.advance(1000)
    expect(await nl.stepUp.verify({ ...page, purpose: 'factors', code })).toMatchObject({ reason: 'wait', retryAt })
    const refused = { status: 'refused', reason: 'wait', retryAt }
    expect(await nl.signIn.sendCode({ challenge, client: ada.known })).toMatchObject({ retryAt, sms: refused })
    const started = await ada.start()
    expect(started).toMatchObject({ retryAt })
    expect(started).not.toHaveProperty('sms')
    expect((await world.received()).length).toBe(3)
  })

  it('[THR-1] switches the number off at 100, for known devices too, until it is confirmed again', async () => {
    const world = createPhoneWorld({ sms: { sends: frequentSends }, options: unlimited })
    const ada = await phonePerson(world)
    const { nl, clock } = world
    expect(await guessUntilOff(world, ada)).toBe(100)
    clock.advance(hour)
    expect(await newestOf(nl, 'ada', 'authn_login_fail_max')).toMatchObject({ values: { factor: 'sms' } })
    const sent = (await world.received()).length
    const { challenge, factors, sms } = await ada.start()
    expect([factors, sms]).toEqual([['backup-code'], undefined])
    const none = await nl.signIn.sendCode({ challenge, client: ada.known })
    expect(none).not.toHaveProperty('sms')
    expect(await nl.stepUp.sendCode({ grant: ada.grant, client: ada.known })).toEqual({
      ok: false,
      reason: 'no-number',
    })
    expect(await world.received()).toHaveLength(sent)
    expect(await verdictOn(world.nl, { challenge, code: await world.code(), client: ada.known })).toBe('malformed')

    // A sign-in with another factor does not clear the count of the number.
    const [first, second] = ada.backupCodes
    const entered = await nl.signIn.verify({ challenge, code: first, client: ada.known })
    const { grant } = expectStatus(entered, 'granted')
    const stopped = await stateOf(world.storage, 'ada')
    expect(stopped.sms.failures).toBe(100)
    expect(await nl.sms.resend({ grant, client: ada.known })).toEqual({ ok: false, reason: 'no-enrollment' })

    // A confirmed number starts with a new count.
    const proving = { grant, purpose: 'factors', code: second, client: ada.known } as const
    const { proof } = expectOk(await nl.stepUp.verify(proving))
    expectOk(await nl.sms.enroll({ grant, proof, number: phoneNumber, client: ada.known }))
    expect((await stateOf(world.storage, 'ada')).sms.failures).toBe(100)
    const bound = expectOk(await nl.sms.confirm({ grant, code: await world.code(), client: ada.known }))
    expect(await nl.accounts.factors({ grant: bound.grant })).toMatchObject({ live: ['sms', 'backup-code'] })
    clock.advance(hour)
    const next = await ada.start()
    const code = await world.code()
    expect(await verdictOn(world.nl, { challenge: next.challenge, code, client: ada.known })).toBe('granted')
  })

  it('[THR-1] is not cleared by changing a number that still works', async () => {
    const world = createPhoneWorld({ sms: { sends: frequentSends } })
    const ada = await phonePerson(world)
    const { nl, clock } = world
    const stranger = await ada.start(elsewhere(1))
    const wrong = anotherCode(await world.code())
    for (let n = 0; n < 3; n++)
      await verdictOn(world.nl, { challenge: stranger.challenge, code: wrong, client: elsewhere(1) })
    clock.advance(1000)
    const [code] = ada.backupCodes
    const proving = { grant: ada.grant, purpose: 'factors', code, client: ada.known } as const
    const { proof } = expectOk(await nl.stepUp.verify(proving))
    expectOk(await nl.sms.enroll({ grant: ada.grant, proof, number: otherNumber, client: home }))
    expectOk(await nl.sms.confirm({ grant: ada.grant, code: await world.code(otherNumber), client: home }))
    expect((await stateOf(world.storage, 'ada')).sms.failures).toBe(3)
  })

  it('[THR-3] is cleared by a right code', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const { challenge } = await ada.start()
    const code = await world.code()
    for (let n = 1; n < 4; n++) {
      expect(await verdictOn(world.nl, { challenge, code: anotherCode(code, n), client: ada.known })).toBe('wrong')
    }
    expect(await verdictOn(world.nl, { challenge, code, client: ada.known })).toBe('granted')
    const { sms, throttle } = await stateOf(world.storage, 'ada')
    expect([sms.failures, throttle.failures]).toEqual([0, 0])
  })

  it('grows for both the app and the number by one code of six digits, for one attempt', async () => {
    const world = createPhoneWorld()
    const ada = await world.person()
    const { nl } = world
    expectOk(await nl.sms.enroll({ grant: ada.grant, proof: await ada.proof(), number: phoneNumber, client: home }))
    expectOk(await nl.sms.confirm({ grant: ada.grant, code: await world.code(), client: home }))
    world.clock.advance(minute)
    const challenge = await ada.challenge()
    const before = await verdictOn(world.nl, { challenge, code: '000000', client: home })
    expect(before).toBe('wrong')
    await nl.signIn.sendCode({ challenge, client: home })
    expect(await verdictOn(world.nl, { challenge, code: '000000', client: home })).toBe('wrong')
    const { sms, totp, throttle } = await stateOf(world.storage, 'ada')
    expect([sms.failures, totp.failures, throttle.failures]).toEqual([1, 2, 2])
    const failed = (await eventsOf(nl, 'ada')).filter(({ type }) => type === 'mfa_fail')
    expect(failed.map(({ values }) => (values as { compared: unknown }).compared)).toEqual([['totp', 'sms'], ['totp']])
    expect(await verdictOn(world.nl, { challenge, code: ada.app.code(), client: home })).toBe('granted')
    const after = await stateOf(world.storage, 'ada')
    expect([after.sms.failures, after.totp.failures]).toEqual([0, 0])
  })
})
