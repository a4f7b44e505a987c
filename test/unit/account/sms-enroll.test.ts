import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { elsewhere, home } from '../../world/person.ts'
import type { Person } from '../../world/person.ts'
import { createPhoneWorld, newcomer, otherNumber, phoneNumber, phonePerson } from '../../world/phone.ts'
import type { PhonePerson, PhoneWorld } from '../../world/phone.ts'
import { eventsOf, newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'

const minute = 60_000

/** A proof by a code by SMS. */
async function proofBySms(world: PhoneWorld, { grant, number }: PhonePerson): Promise<string> {
  expectOk(await world.nl.stepUp.sendCode({ grant, client: home }))
  const code = await world.code(number)
  return expectOk(await world.nl.stepUp.verify({ grant, purpose: 'factors', code, client: home })).proof
}

/** An account with an authenticator app that adds a number. */
async function withBoth(world: PhoneWorld): Promise<Person> {
  const ada = await world.person()
  const { nl } = world
  expectOk(await nl.sms.enroll({ grant: ada.grant, proof: await ada.proof(), number: phoneNumber, client: home }))
  const code = await world.code()
  ada.grant = expectOk(await nl.sms.confirm({ grant: ada.grant, code, client: home })).grant ?? ''
  return ada
}

describe('sms.enroll', () => {
  it('[SMS-2] sends a code to the number, which is no factor until the code is confirmed', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const { grant } = await newcomer(world)
    const enrolled = await nl.sms.enroll({ grant, number: phoneNumber, client: home })
    const at = clock()
    const times = { resendAt: at + 30_000, expiresAt: at + 5 * minute }
    expect(enrolled).toEqual({ ok: true, status: 'queued', to: '+36 •••••• 67', ...times })
    expect(await nl.sms.get({ grant })).toEqual({ ok: true, number: null })
    expect(await nl.accounts.factors({ grant })).toMatchObject({ enrolled: [], live: [], preferred: null })
    // Meanwhile another sign-in requires no factor and sends nothing.
    await newcomer(world, 'ada', elsewhere(1))
    expect(await nl.stepUp.sendCode({ grant })).toEqual({ ok: false, reason: 'no-number' })
    expect(await world.received()).toHaveLength(1)
    expect(world.mailer.mails).toEqual([])

    const confirmed = expectOk(await nl.sms.confirm({ grant, code: await world.code(), client: home }))
    const number = { number: '+36 •••••• 67', country: 'HU', createdAt: clock(), lastUsedAt: null }
    expect(await nl.sms.get({ grant: confirmed.grant })).toEqual({ ok: true, number })
    expect(await nl.sms.get({ grant })).toEqual({ ok: false, reason: 'signed-out' })
    await nl.outbox.idle()
    expect(world.mailer.mails.map(({ subject }) => subject)).toHaveLength(1)
  })

  it('[SMS-1] gives backup codes with a first number, so that nobody depends on it alone', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    expect(ada.backupCodes).toHaveLength(10)
    expect(await world.nl.accounts.factors({ grant: ada.grant })).toMatchObject({
      enrolled: ['sms'],
      live: ['sms', 'backup-code'],
      preferred: 'sms',
    })
    const { challenge } = await ada.start()
    const [code] = ada.backupCodes
    expectStatus(await world.nl.signIn.verify({ challenge, code, client: ada.known }), 'granted')
    const both = createPhoneWorld()
    const bob = await withBoth(both)
    expect(bob.backupCodes).toHaveLength(10)
    expect((await eventsOf(both.nl, bob.id)).filter(({ type }) => type === 'backup_code_regenerate')).toHaveLength(1)
  })

  it('[LIF-3] requires a fresh primary authentication for the first factor, and a proof for a further one', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const { grant } = await newcomer(world)
    clock.advance(10 * minute)
    const number = phoneNumber
    expect(await nl.sms.enroll({ grant, number })).toEqual({ ok: false, reason: 'reauthenticate' })
    const ada = await phonePerson(world)
    expect(await nl.sms.enroll({ grant: ada.grant, number: otherNumber })).toEqual({ ok: false, reason: 'step-up' })
    const proof = 'nothing'
    expect(await nl.sms.enroll({ grant: ada.grant, proof, number })).toEqual({ ok: false, reason: 'step-up' })
    expect(await world.received(otherNumber)).toEqual([])
  })

  it('completes a sign-in that was granted only to enroll', async () => {
    const policy = { factors: { required: { since: 0, graceMs: 0 } } } as const
    const world = createPhoneWorld({ options: { policy } })
    const { nl } = world
    const name = 'ada'
    const started = await nl.signIn.start({ name, accountId: 'ada', primary: 'password', client: home })
    const { grant, needs } = expectStatus(started, 'enroll')
    expect(needs).toEqual(['totp', 'sms'])
    expect(await nl.sms.get({ grant })).toEqual({ ok: false, reason: 'signed-out' })
    expectOk(await nl.sms.enroll({ grant, number: phoneNumber, client: home }))
    world.clock.advance(30_000)
    expectOk(await nl.sms.resend({ grant, client: home }))
    const confirmed = expectOk(await nl.sms.confirm({ grant, code: await world.code(), client: home }))
    expect(confirmed.deviceToken).toBeTypeOf('string')
    expect(confirmed.backupCodes).toHaveLength(10)
    expect(await newestOf(nl, 'ada', 'authn_login_success')).toMatchObject({ values: { factor: 'sms', aal: 2 } })
    expect(await nl.sessions.check({ grant: confirmed.grant })).toMatchObject({ ok: true })
    const again = { name, accountId: 'ada', primary: 'password' } as const
    const known = { ...home, device: confirmed.deviceToken }
    const { challenge } = expectStatus(await nl.signIn.start({ ...again, client: known }), 'challenge')
    await nl.signIn.sendCode({ challenge, client: known })
    expectStatus(await nl.signIn.verify({ challenge, code: await world.code(), client: known }), 'granted')
  })

  it('begins an enrollment that only the same session of the same account can confirm', async () => {
    const world = createPhoneWorld()
    const { nl } = world
    const mine = await newcomer(world)
    const other = await newcomer(world, 'ada', elsewhere(1))
    const stranger = await newcomer(world, 'eve', elsewhere(2))
    expectOk(await nl.sms.enroll({ grant: mine.grant, number: phoneNumber }))
    const code = await world.code()
    for (const grant of [other.grant, stranger.grant, asSystem('ada', 'a script')]) {
      expect(await nl.sms.confirm({ grant, code })).toEqual({ ok: false, reason: 'no-enrollment' })
      expect(await nl.sms.resend({ grant })).toEqual({ ok: false, reason: 'no-enrollment' })
    }
    expectOk(await nl.sms.confirm({ grant: mine.grant, code }))
  })

  it('requires no proof from a script, whose enrollment only a script can confirm', async () => {
    const world = createPhoneWorld()
    const { nl } = world
    const { grant } = await newcomer(world)
    const script = asSystem('ada', 'support ticket 7')
    expectOk(await nl.sms.enroll({ grant: script, number: phoneNumber }))
    const code = await world.code()
    expect(await nl.sms.confirm({ grant, code })).toEqual({ ok: false, reason: 'no-enrollment' })
    const confirmed = expectOk(await nl.sms.confirm({ grant: script, code }))
    expect(confirmed).toMatchObject({ grant: null })
    expect(confirmed).not.toHaveProperty('deviceToken')
    expect(await newestOf(nl, 'ada', 'mfa_enroll')).toMatchObject({ values: { actor: 'system' } })
  })

  it('requires a session, a sender and an allowed method', async () => {
    const world = createPhoneWorld()
    const { grant } = await newcomer(world)
    const { storage, clock, keys } = world
    const without = createWorld({ storage, clock, keys }).nl
    expect(await without.sms.enroll({ grant, number: phoneNumber })).toEqual({ ok: false, reason: 'not-configured' })
    for (const none of [null, undefined, '', 'x', `${grant}x`]) {
      expect(await world.nl.sms.enroll({ grant: none, number: phoneNumber })).toEqual({
        ok: false,
        reason: 'signed-out',
      })
      expect(await world.nl.sms.resend({ grant: none })).toEqual({ ok: false, reason: 'signed-out' })
      expect(await world.nl.sms.confirm({ grant: none, code: '000000' })).toEqual({ ok: false, reason: 'signed-out' })
      expect(await world.nl.sms.get({ grant: none })).toEqual({ ok: false, reason: 'signed-out' })
      expect(await world.nl.sms.remove({ grant: none })).toEqual({ ok: false, reason: 'signed-out' })
    }
    const totpOnly = world.instance({ methods: ['totp'] })
    expect(await totpOnly.sms.enroll({ grant, number: phoneNumber })).toEqual({ ok: false, reason: 'not-allowed' })
  })
})

describe('changing the number', () => {
  it('[SMS-2] keeps the old number until the new one is confirmed', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const ada = await phonePerson(world)
    const proof = await proofBySms(world, ada)
    clock.advance(minute)
    expectOk(await nl.sms.enroll({ grant: ada.grant, proof, number: otherNumber, client: home }))
    expect(await nl.sms.get({ grant: ada.grant })).toMatchObject({ number: { number: '+36 •••••• 67' } })
    const newCode = await world.code(otherNumber)
    // Meanwhile a sign-in sends a code to the old number, which replaces the code for the new one.
    clock.advance(2 * minute)
    const { challenge, sms } = await ada.start()
    expect(sms).toMatchObject({ status: 'queued', to: '+36 •••••• 67' })
    const wrong = await nl.signIn.verify({ challenge, code: newCode, client: ada.known })
    expect(wrong).toMatchObject({ status: 'challenge', reason: 'wrong' })
    expectStatus(await nl.signIn.verify({ challenge, code: await world.code(), client: ada.known }), 'granted')
    expect(await nl.sms.confirm({ grant: ada.grant, code: newCode })).toMatchObject({ ok: false, reason: 'expired' })

    clock.advance(4 * minute)
    expectOk(await nl.sms.resend({ grant: ada.grant, client: home }))
    const code = await world.code(otherNumber)
    const mails = world.mailer.mails.length
    const confirmed = expectOk(await nl.sms.confirm({ grant: ada.grant, code, client: home }))
    expect(confirmed.backupCodes).toBeNull()
    await nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(mails + 2)
    expect(await nl.sms.get({ grant: confirmed.grant })).toMatchObject({ number: { number: '+36 •••••• 43' } })
    expect(await nl.sessions.check({ grant: ada.grant })).toMatchObject({ ok: false })
    clock.advance(60 * minute)
    const before = (await world.received()).length
    const next = await ada.start()
    const last = await world.code(otherNumber)
    expectStatus(await nl.signIn.verify({ challenge: next.challenge, code: last, client: ada.known }), 'granted')
    expect(await world.received()).toHaveLength(before)
  })

  it('expires after 30 minutes, and the old number keeps working', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const ada = await phonePerson(world)
    const proof = await proofBySms(world, ada)
    clock.advance(minute)
    expectOk(await nl.sms.enroll({ grant: ada.grant, proof, number: otherNumber, client: home }))
    const code = await world.code(otherNumber)
    clock.advance(30 * minute)
    const none = { ok: false, reason: 'no-enrollment' }
    expect(await nl.sms.confirm({ grant: ada.grant, code })).toEqual(none)
    expect(await nl.sms.resend({ grant: ada.grant })).toEqual(none)
    const { challenge } = await ada.start()
    expectStatus(await nl.signIn.verify({ challenge, code: await world.code(), client: ada.known }), 'granted')
    expect((await stateOf(world.storage, 'ada')).sms.number?.masked).toBe('+36 •••••• 67')
  })

  it('spends its proof, also when the same number is confirmed again', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const ada = await phonePerson(world)
    const proof = await proofBySms(world, ada)
    clock.advance(minute)
    expectOk(await nl.sms.enroll({ grant: ada.grant, proof, number: phoneNumber, client: home }))
    const again = await nl.sms.enroll({ grant: ada.grant, proof, number: otherNumber, client: home })
    expect(again).toEqual({ ok: false, reason: 'step-up' })
    expectOk(await nl.sms.confirm({ grant: ada.grant, code: await world.code(), client: home }))
  })
})

describe('sms.remove', () => {
  it('requires a proof, removes the backup codes with the last factor, and notifies the owner', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const ada = await phonePerson(world)
    expect(await nl.sms.remove({ grant: ada.grant })).toEqual({ ok: false, reason: 'step-up' })
    const proof = await proofBySms(world, ada)
    const removed = expectOk(await nl.sms.remove({ grant: ada.grant, proof, client: home }))
    expect(removed.twoFactor).toBe('off')
    const state = await stateOf(world.storage, 'ada')
    expect(state.sms).toMatchObject({ number: null, enrollment: null, code: null, failures: 0 })
    expect(state['backup-code'].set).toBeNull()
    await nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(3)
    expect(await nl.sms.remove({ grant: removed.grant, client: home })).toEqual({ ok: false, reason: 'not-found' })
    expect(await nl.sms.get({ grant: removed.grant })).toEqual({ ok: true, number: null })
    // Removing the number and adding it again does not reset the count of messages.
    const sent = state.sms.sends.own.at.length
    expect(sent).toBe(2)
    clock.advance(minute)
    const { grant } = await newcomer(world)
    expectOk(await nl.sms.enroll({ grant, number: phoneNumber, client: home }))
    expect((await stateOf(world.storage, 'ada')).sms.sends.own.at).toHaveLength(3)
  })

  it('keeps the authenticator app and the backup codes of an account that has both', async () => {
    const world = createPhoneWorld()
    const { nl } = world
    const ada = await withBoth(world)
    expectOk(await nl.accounts.prefer({ grant: ada.grant, factor: 'sms' }))
    const removed = expectOk(await nl.sms.remove({ grant: ada.grant, proof: await ada.proof(), client: home }))
    expect(removed.twoFactor).toBe('on')
    const factors = { enrolled: ['totp'], live: ['totp', 'backup-code'], preferred: 'totp' }
    expect(await nl.accounts.factors({ grant: removed.grant })).toMatchObject(factors)
  })

  it('[LIF-22] is refused for the last factor where a policy requires one', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const proof = await proofBySms(world, ada)
    const strict = world.instance({ policy: { factors: { required: { since: 0, graceMs: 0 } } } })
    const refused = { ok: false, reason: 'required-by-policy' }
    expect(await strict.sms.remove({ grant: ada.grant, proof })).toEqual(refused)
  })
})
