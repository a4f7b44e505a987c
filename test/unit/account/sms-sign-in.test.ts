import { trustDevices } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { describe, expect, it } from 'vitest'
import { countingStorage } from '../../world/counting-storage.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { home } from '../../world/person.ts'
import type { Person } from '../../world/person.ts'
import { anotherCode, createPhoneWorld, otherNumber, phoneNumber, phonePerson } from '../../world/phone.ts'
import type { PhoneWorld } from '../../world/phone.ts'
import { newestOf } from '../../world/reading.ts'
import { verdictOn } from '../../world/verdict.ts'
import { hostileValues } from '../hostile-values.ts'
import { unlimited } from '../../world/unlimited.ts'

const minute = 60_000

/** An account with an authenticator app and a number. */
async function withBoth(world: PhoneWorld, id = 'ada'): Promise<Person> {
  const ada = await world.person(id)
  const { grant } = ada
  expectOk(await world.nl.sms.enroll({ grant, proof: await ada.proof(), number: phoneNumber, client: home }))
  const confirmed = expectOk(await world.nl.sms.confirm({ grant, code: await world.code(), client: home }))
  ada.grant = confirmed.grant ?? ''
  world.clock.advance(minute)
  return ada
}

describe('a sign-in', () => {
  it('sends a code at once to a number that is the preferred factor, and accepts it', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const { clock, nl } = world
    clock.advance(minute)
    const started = await ada.start()
    const at = clock()
    expect(started).toMatchObject({
      factors: ['sms', 'backup-code'],
      preferred: 'sms',
      triesLeft: 5,
      sms: { status: 'queued', to: '+36 •••••• 67', resendAt: at + 30_000, expiresAt: at + 5 * minute },
    })
    const { challenge } = started
    const code = await world.code()
    const granted = expectStatus(await nl.signIn.verify({ challenge, code, client: ada.known }), 'granted')
    expect(granted).toMatchObject({ aal: 2, amr: ['pwd', 'sms', 'mfa'] })
    const page = { grant: granted.grant }
    expect(await nl.sms.get(page)).toMatchObject({ number: { lastUsedAt: clock() } })
    expect(await newestOf(nl, 'ada', 'authn_login_success')).toMatchObject({ values: { factor: 'sms' } })
  })

  it('sends a code only on request beside an authenticator app, unless the number is preferred', async () => {
    const world = createPhoneWorld()
    const ada = await withBoth(world)
    const { nl, clock } = world
    const start = { name: ada.name, accountId: ada.id, primary: 'password', client: home } as const
    const first = expectStatus(await nl.signIn.start(start), 'challenge')
    expect(first).toMatchObject({ preferred: 'totp', factors: ['totp', 'sms', 'backup-code'] })
    expect(first).not.toHaveProperty('sms')
    expect(await world.received()).toHaveLength(1)
    const { challenge } = first
    const sent = expectStatus(await nl.signIn.sendCode({ challenge, client: home }), 'challenge')
    expect(sent).toMatchObject({ challenge, sms: { status: 'queued' } })
    expectStatus(await nl.signIn.verify({ challenge, code: await world.code(), client: home }), 'granted')

    expectOk(await nl.accounts.prefer({ grant: ada.grant, factor: 'sms' }))
    clock.advance(minute)
    const next = expectStatus(await nl.signIn.start(start), 'challenge')
    expect(next).toMatchObject({ preferred: 'sms', sms: { status: 'queued' } })
    const code = ada.app.code()
    expectStatus(await nl.signIn.verify({ challenge: next.challenge, code, client: home }), 'granted')
  })

  it('sends no code to an account without a number, and answers the plain challenge', async () => {
    const world = createPhoneWorld()
    const ada = await world.person()
    const challenge = await ada.challenge()
    const answer = await world.nl.signIn.sendCode({ challenge, client: home })
    expect(answer).toEqual({
      status: 'challenge',
      challenge,
      factors: ['totp', 'backup-code'],
      preferred: 'totp',
      triesLeft: 5,
    })
    for (const text of hostileValues) {
      const refused = { status: 'refused', reason: 'challenge-ended' }
      expect(await world.nl.signIn.sendCode({ challenge: text, client: home })).toMatchObject(refused)
    }
  })

  it('sends no code on a trusted device', async () => {
    const world = createPhoneWorld({ options: { trustedDevices: trustDevices() } })
    const ada = await phonePerson(world)
    const { challenge } = await ada.start()
    const code = await world.code()
    const { nl } = world
    const entered = await nl.signIn.verify({ challenge, code, client: ada.known, trustDevice: true })
    const { deviceToken } = expectStatus(entered, 'granted')
    world.clock.advance(60 * minute)
    const client = { ...home, device: deviceToken }
    const again = await nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client })
    expect(again).toMatchObject({ status: 'granted', trustedDevice: true })
    expect(await world.received()).toHaveLength(2)
  })

  it('by SMS needs one load and one commit to begin, and the same to finish', async () => {
    const storage = countingStorage(memoryStorage())
    const world = createPhoneWorld({ storage })
    const ada = await phonePerson(world)
    await world.received()
    storage.restart()
    const { challenge } = await ada.start()
    const code = await world.code()
    expect(storage.calls).toEqual({ load: 1, commit: 1, settleMessage: 1 })
    storage.restart()
    expectStatus(await world.nl.signIn.verify({ challenge, code, client: ada.known }), 'granted')
    expect(storage.calls).toEqual({ load: 1, commit: 1 })
  })
})

describe('a code by SMS', () => {
  it('[SMS-4] is valid for the time that the host configured, ten minutes at most', async () => {
    const world = createPhoneWorld({ sms: { lifeMs: 10 * minute } })
    const ada = await phonePerson(world)
    const { nl, clock } = world
    for (const [after, expected] of [
      [10 * minute - 1, 'granted'],
      [10 * minute, 'expired'],
    ] as const) {
      const long = createPhoneWorld({ sms: { lifeMs: 10 * minute }, options: { challenge: { lifeMs: 20 * minute } } })
      const bob = await phonePerson(long)
      const { challenge } = await bob.start()
      const code = await long.code()
      long.clock.advance(after)
      const answer = await long.nl.signIn.verify({ challenge, code, client: bob.known })
      expect(answer.status === 'challenge' ? answer.reason : answer.status).toBe(expected)
    }
    const { challenge } = await ada.start()
    const code = await world.code()
    const shorter = world.instance({ sms: { sender: world.sms, countries: ['HU'], lifeMs: 2 * minute } })
    clock.advance(2 * minute)
    const answer = await shorter.signIn.verify({ challenge, code, client: ada.known })
    expect(answer).toMatchObject({ status: 'challenge', reason: 'expired', triesLeft: 5 })
    expectStatus(await nl.signIn.verify({ challenge, code, client: ada.known }), 'granted')
    for (const lifeMs of [600_001, 59_999, 0, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => createPhoneWorld({ sms: { lifeMs } })).toThrow('sms.lifeMs')
    }
  })

  it('[SMS-4] (promise 1) works once, and not again for the same challenge or the next', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const { nl, clock } = world
    const { challenge } = await ada.start()
    const code = await world.code()
    expectStatus(await nl.signIn.verify({ challenge, code, client: ada.known }), 'granted')
    const again = await nl.signIn.verify({ challenge, code, client: ada.known })
    expect(again).toMatchObject({ status: 'refused', reason: 'challenge-ended' })
    const resent = await nl.signIn.sendCode({ challenge, client: ada.known })
    expect(resent).toMatchObject({ status: 'refused', reason: 'challenge-ended' })
    clock.advance(10_000)
    world.sms.behave('fail')
    const next = await ada.start()
    const replayed = await nl.signIn.verify({ challenge: next.challenge, code, client: ada.known })
    expect(replayed).toMatchObject({ status: 'challenge', reason: 'wrong' })
  })

  it('[SMS-6] is void once a newer one is sent', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const { nl, clock } = world
    const { challenge } = await ada.start()
    const first = await world.code()
    clock.advance(30_000 - 1)
    const early = await nl.signIn.sendCode({ challenge, client: ada.known })
    expect(early).toMatchObject({ sms: { status: 'refused', reason: 'cooldown', retryAt: clock() + 1 } })
    clock.advance(1)
    const sent = await nl.signIn.sendCode({ challenge, client: ada.known })
    expect(sent).toMatchObject({ sms: { status: 'queued' } })
    const second = await world.code()
    expect(second).not.toBe(first)
    const refused = await nl.signIn.verify({ challenge, code: first, client: ada.known })
    expect(refused).toMatchObject({ status: 'challenge', reason: 'wrong' })
    expectStatus(await nl.signIn.verify({ challenge, code: second, client: ada.known }), 'granted')
  })

  it('[SMS-7] is valid only for its own challenge, purpose and account', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const ada = await phonePerson(world, 'ada')
    const bob = await phonePerson(world, 'bob')
    clock.advance(60 * minute)
    const verdict = (challenge: string, code: string, client = ada.known): Promise<string> =>
      verdictOn(nl, { challenge, code, client })
    // A code of another challenge, which began earlier.
    const old = await ada.start()
    const oldCode = await world.code()
    clock.advance(20_000)
    const next = await ada.start()
    expect(next.sms).toMatchObject({ status: 'refused', reason: 'cooldown' })
    expect(await verdict(next.challenge, oldCode)).toBe('expired')
    // A code of another account with the same number.
    const hers = await bob.start()
    expect(await verdict(hers.challenge, oldCode, bob.known)).not.toBe('granted')
    expect(await verdict(old.challenge, oldCode)).toBe('granted')

    // A code for a step-up at sign-in, and a code for a sign-in at a step-up.
    clock.advance(2 * minute)
    expectOk(await nl.stepUp.sendCode({ grant: ada.grant, client: ada.known }))
    const stepCode = await world.code()
    expect(await verdict(next.challenge, stepCode)).toBe('expired')
    clock.advance(2 * minute)
    await nl.signIn.sendCode({ challenge: next.challenge, client: ada.known })
    const login = await world.code()
    const proving = { grant: ada.grant, client: ada.known, purpose: 'factors' } as const
    expect(await nl.stepUp.verify({ ...proving, code: login })).toMatchObject({ ok: false, reason: 'expired' })
    expect(await nl.accounts.turnOffTwoFactor({ ...proving, code: login })).toMatchObject({ reason: 'expired' })
    expect(await verdict(next.challenge, login)).toBe('granted')
  })

  it('[SMS-7] to an unconfirmed number opens no sign-in, and one to the old number ends with it', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const ada = await withBoth(world)
    const challenge = await ada.challenge()
    const enrolled = await nl.sms.enroll({
      grant: ada.grant,
      proof: await ada.proof(),
      number: otherNumber,
      client: home,
    })
    expectOk(enrolled)
    const code = await world.code(otherNumber)
    const answer = await nl.signIn.verify({ challenge, code, client: home, factor: 'sms' })
    expect(answer).toMatchObject({ status: 'challenge', reason: 'expired' })
    const proving = { grant: ada.grant, purpose: 'factors', client: home, factor: 'sms' } as const
    expect(await nl.stepUp.verify({ ...proving, code })).toMatchObject({ ok: false, reason: 'expired' })
    // A code to the old number is void once the new number is confirmed.
    clock.advance(minute)
    const login = await ada.challenge()
    await nl.signIn.sendCode({ challenge: login, client: home })
    const old = await world.code()
    clock.advance(minute)
    expectOk(await nl.sms.resend({ grant: ada.grant, client: home }))
    expectOk(await nl.sms.confirm({ grant: ada.grant, code: await world.code(otherNumber), client: home }))
    const late = await nl.signIn.verify({ challenge: login, code: old, client: home })
    expect(late).toMatchObject({ status: 'refused', reason: 'challenge-ended' })
  })

  it('is accepted with spaces and full-width digits, and any other text is malformed', async () => {
    const world = createPhoneWorld({ options: unlimited })
    const ada = await phonePerson(world)
    const { nl } = world
    const { challenge } = await ada.start()
    const code = await world.code()
    for (const value of [...hostileValues, `${code}00${code}`, `+${code}`, code.slice(1)]) {
      // Six digits of any script are a code.
      if (typeof value === 'string' && /^\p{Nd}{6}$/u.test(value)) continue
      const answer = await nl.signIn.verify({ challenge, code: value, client: ada.known })
      expect(answer).toMatchObject({ status: 'challenge', reason: 'malformed', triesLeft: 5 })
    }
    const wrong = await nl.signIn.verify({ challenge, code: anotherCode(code), client: ada.known })
    expect(wrong).toMatchObject({ reason: 'wrong', triesLeft: 4 })
    const wide = code.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))
    const spaced = `${wide.slice(0, 3)}\u00a0${wide.slice(3)}`
    expectStatus(await nl.signIn.verify({ challenge, code: spaced, client: ada.known }), 'granted')
  })
})
