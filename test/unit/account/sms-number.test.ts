import { NightlatchError } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/core/limits.ts'
import { expectOk } from '../../world/expect-outcome.ts'
import { authenticator, elsewhere, home } from '../../world/person.ts'
import { anotherCode, createPhoneWorld, newcomer, otherNumber, phoneNumber, phonePerson } from '../../world/phone.ts'
import { eventsOf, factsOf, stateOf } from '../../world/reading.ts'
import { times } from '../../world/times.ts'
import { hostileValues } from '../hostile-values.ts'

const minute = 60_000

describe('the code that confirms a number', () => {
  it('[SMS-5] [THR-9] has ten tries in all, over resends and new enrollments', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const { grant } = await newcomer(world)
    expectOk(await nl.sms.enroll({ grant, number: phoneNumber, client: home }))
    const wrong = async (triesLeft: number): Promise<void> => {
      const code = anotherCode(await world.code())
      const answer = await nl.sms.confirm({ grant, code, client: home })
      expect(answer).toEqual(
        triesLeft > 0 ? { ok: false, reason: 'wrong', triesLeft } : { ok: false, reason: 'too-many-tries', triesLeft },
      )
    }
    for (const left of [9, 8, 7]) await wrong(left)
    clock.advance(minute)
    expectOk(await nl.sms.resend({ grant, client: home }))
    for (const left of [6, 5, 4]) await wrong(left)
    expect((await stateOf(world.storage, 'ada')).sms.unproven?.failures).toBe(6)
    clock.advance(2 * minute)
    expectOk(await nl.sms.enroll({ grant, number: phoneNumber, client: home }))
    for (const left of [3, 2, 1, 0]) await wrong(left)
    const right = await nl.sms.confirm({ grant, code: await world.code(), client: home })
    expect(right).toEqual({ ok: false, reason: 'no-enrollment' })
    expect((await stateOf(world.storage, 'ada')).sms).toMatchObject({ enrollment: null, code: null })
    const failed = (await eventsOf(nl, 'ada')).filter(({ type }) => type === 'mfa_enroll_fail')
    expect(failed).toHaveLength(10)
  })

  it('[SMS-5] [THR-9] has no more tries within a day, also after signing out everywhere', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const first = await newcomer(world)
    let { grant } = first
    const enroll = async (): ReturnType<typeof nl.sms.enroll> =>
      nl.sms.enroll({ grant, number: phoneNumber, client: home })
    expectOk(await enroll())
    for (const _ of times(9)) {
      await nl.sms.confirm({ grant, code: anotherCode(await world.code()), client: home })
    }
    grant = expectOk(await nl.sessions.endAll({ grant, client: home })).grant ?? ''
    clock.advance(2 * minute)
    expectOk(await enroll())
    const last = await nl.sms.confirm({ grant, code: anotherCode(await world.code()), client: home })
    expect(last).toEqual({ ok: false, reason: 'too-many-tries', triesLeft: 0 })
    clock.advance(2 * minute)
    const failedAt = clock() - 2 * minute
    expect(await enroll()).toEqual({ ok: false, reason: 'daily', retryAt: failedAt + limits.unprovenMs })
    clock.set(failedAt + limits.unprovenMs)
    // The primary authentication is too old by then.
    expect(await enroll()).toMatchObject({ reason: 'reauthenticate' })
  })

  it('[SMS-5] [THR-9] gets no tries back by confirming another number in between', async () => {
    const world = createPhoneWorld()
    const { nl } = world
    const { grant } = await newcomer(world)
    expectOk(await nl.sms.enroll({ grant, number: phoneNumber, client: home }))
    for (const _ of times(4)) await nl.sms.confirm({ grant, code: anotherCode(await world.code()), client: home })
    expectOk(await nl.sms.confirm({ grant, code: await world.code(), client: home }))
    expect((await stateOf(world.storage, 'ada')).sms.unproven?.failures).toBe(4)
  })

  it('[SMS-6] is void once a newer one is sent', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const { grant } = await newcomer(world)
    expectOk(await nl.sms.enroll({ grant, number: phoneNumber, client: home }))
    const first = await world.code()
    clock.advance(minute)
    expectOk(await nl.sms.resend({ grant, client: home }))
    const second = await world.code()
    expect(second).not.toBe(first)
    expect(await nl.sms.confirm({ grant, code: first, client: home })).toMatchObject({ reason: 'wrong' })
    expectOk(await nl.sms.confirm({ grant, code: second, client: home }))
  })

  it('[SMS-4] is valid for five minutes, after which a new one can be sent', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const { grant } = await newcomer(world)
    expectOk(await nl.sms.enroll({ grant, number: phoneNumber, client: home }))
    const code = await world.code()
    clock.advance(5 * minute)
    expect(await nl.sms.confirm({ grant, code, client: home })).toEqual({
      ok: false,
      reason: 'expired',
      triesLeft: 10,
    })
    expectOk(await nl.sms.resend({ grant, client: home }))
    clock.advance(5 * minute - 1)
    expectOk(await nl.sms.confirm({ grant, code: await world.code(), client: home }))
  })

  it('[SMS-7] confirms the number that it was sent to, and no other', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const { grant } = await newcomer(world)
    expectOk(await nl.sms.enroll({ grant, number: phoneNumber, client: home }))
    const code = await world.code()
    clock.advance(minute)
    expectOk(await nl.sms.enroll({ grant, number: otherNumber, client: home }))
    expect(await nl.sms.confirm({ grant, code, client: home })).toMatchObject({ ok: false, reason: 'wrong' })
    const confirmed = expectOk(await nl.sms.confirm({ grant, code: await world.code(otherNumber), client: home }))
    expect(await nl.sms.get({ grant: confirmed.grant })).toMatchObject({ number: { number: '+36 •••••• 43' } })
  })

  it('is void after all sessions of the account ended', async () => {
    const world = createPhoneWorld()
    const { nl } = world
    const { grant } = await newcomer(world)
    expectOk(await nl.sms.enroll({ grant, number: phoneNumber, client: home }))
    const code = await world.code()
    const kept = expectOk(await nl.sessions.endAll({ grant, client: home }))
    expect(await nl.sms.confirm({ grant, code, client: home })).toEqual({ ok: false, reason: 'signed-out' })
    const next = 'grant' in kept && typeof kept.grant === 'string' ? kept.grant : (await newcomer(world)).grant
    expect(await nl.sms.confirm({ grant: next, code })).toEqual({ ok: false, reason: 'no-enrollment' })
    expect((await stateOf(world.storage, 'ada')).sms.code).toBeNull()
  })
})

describe('a phone number', () => {
  it.each(['06 30 123 4567', '+36 (30) 123-4567', '0036301234567', 'tel:+36-30-123-4567', '＋３６３０１２３４５６７'])(
    '[SMS-10] typed as %j gets its code at the E.164 form',
    async (number) => {
      const world = createPhoneWorld()
      const { grant } = await newcomer(world)
      expectOk(await world.nl.sms.enroll({ grant, number, client: home }))
      expect(await world.received(phoneNumber)).toHaveLength(1)
    },
  )

  it.each([
    ['+01234567890', 'impossible'],
    ['+3630123456789012', 'impossible'],
    ['12', 'impossible'],
    ['+36 30 123 4567 ext. 3', 'malformed'],
    ['hello', 'malformed'],
    ['', 'malformed'],
  ])('[SMS-10] typed as %j is %s, and nothing is sent or stored', async (number, reason) => {
    const world = createPhoneWorld()
    const { grant } = await newcomer(world)
    expect(await world.nl.sms.enroll({ grant, number, client: home })).toEqual({ ok: false, reason })
    await world.received()
    expect(world.sms.messages).toEqual([])
    expect((await stateOf(world.storage, 'ada')).sms.enrollment).toBeNull()
  })

  it('[SMS-21] of an unlisted country gets no message, and a fact records it without the number', async () => {
    const world = createPhoneWorld()
    const { grant } = await newcomer(world)
    for (const number of ['+79123456789', '+43 664 1234567', '+1 876 555 0123', '+881 6 1234 5678']) {
      expect(await world.nl.sms.enroll({ grant, number, client: home })).toMatchObject({ ok: false })
    }
    await world.received()
    expect(world.sms.calls).toBe(0)
    const facts = await factsOf(world.nl, 'ada')
    expect(facts.map(({ values }) => values)).toContainEqual(
      expect.objectContaining({ purpose: 'verify-number', country: 'RU', reason: 'country' }),
    )
    expect(JSON.stringify(facts)).not.toContain('9123456789')
  })

  it('[SMS-21] of a country that is no longer listed gets no more codes, while backup codes still work', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    world.clock.advance(minute)
    const nl = world.instance({ sms: { sender: world.sms, countries: ['AT'] } })
    const started = await ada.start(ada.known, nl)
    expect(started.sms).toEqual({ status: 'refused', to: '+36 •••••• 67', reason: 'country' })
    const [code] = ada.backupCodes
    const { challenge } = started
    expect(await nl.signIn.verify({ challenge, code, client: ada.known })).toMatchObject({ status: 'granted' })
    expect(await world.received()).toHaveLength(1)
  })

  it('[SMS-14] of another account is answered like any other, and can be confirmed', async () => {
    const world = createPhoneWorld()
    const { nl } = world
    await phonePerson(world, 'ada')
    const eve = await newcomer(world, 'eve', elsewhere(1))
    const client = elsewhere(1)
    const taken = await nl.sms.enroll({ grant: eve.grant, number: phoneNumber, client })
    const bob = await newcomer(world, 'bob', elsewhere(2))
    const free = await nl.sms.enroll({ grant: bob.grant, number: '+36 30 765 4367', client: elsewhere(2) })
    expect(taken).toEqual(free)
    expectOk(await nl.sms.confirm({ grant: eve.grant, code: await world.code(), client }))
  })

  it('[SMS-11] is masked everywhere except in the message to the gateway', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const { grant } = await newcomer(world)
    const shown: unknown[] = [await nl.sms.enroll({ grant, number: phoneNumber, client: home })]
    shown.push(await nl.sms.resend({ grant, client: home }))
    const confirmed = expectOk(await nl.sms.confirm({ grant, code: await world.code(), client: home }))
    const page = { grant: confirmed.grant, client: home }
    clock.advance(minute)
    shown.push(await nl.sms.get(page), await nl.stepUp.sendCode(page), await nl.sms.enroll({ ...page, number: 1 }))
    shown.push(await nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client: elsewhere(1) }))
    shown.push(await nl.history.list(page), await nl.history.facts(page), await nl.accounts.factors(page))
    world.sms.behave('fail')
    clock.advance(10 * minute)
    shown.push(await nl.stepUp.sendCode(page))
    await nl.outbox.idle()
    clock.advance(10 * minute)
    shown.push(await nl.outbox.sweep(), await nl.history.facts(page))
    shown.push(world.mailer.mails, await stateOf(world.storage, 'ada'), await eventsOf(nl, 'ada'))
    const text = JSON.stringify(shown)
    expect(text).not.toContain('1234567')
    expect(text).not.toContain('30123')
    expect(text).toContain('+36 •••••• 67')
    expect(world.sms.messages[0]?.to).toBe(phoneNumber)
  })

  it('or a code of any type and length gets an outcome, and never an error', async () => {
    const world = createPhoneWorld()
    const { nl } = world
    const { grant } = await newcomer(world)
    for (const number of hostileValues) {
      const answer = await nl.sms.enroll({ grant, number, client: home })
      expect(['malformed', 'impossible']).toContain(answer.ok ? 'ok' : answer.reason)
    }
    expectOk(await nl.sms.enroll({ grant, number: phoneNumber, client: home }))
    const code = await world.code()
    for (const value of hostileValues) {
      const answer = await nl.sms.confirm({ grant, code: value, client: home }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(NightlatchError)
      })
      expect(answer).toMatchObject({ ok: false })
    }
    // Six digits of any script are a guess, and all else is malformed.
    const guesses = hostileValues.filter((value) => typeof value === 'string' && /^\p{Nd}{6}$/u.test(value))
    expect((await stateOf(world.storage, 'ada')).sms.unproven?.failures).toBe(guesses.length)
    const spaced = `${code.slice(0, 3)} ${code.slice(3)}`
    expectOk(await nl.sms.confirm({ grant, code: spaced, client: home }))
  })
})

describe('sms.enroll with one method at a time', () => {
  it('requires a switch, which removes the authenticator app at the confirmation', async () => {
    const world = createPhoneWorld({ options: { factors: 'exclusive' } })
    const { nl } = world
    const ada = await world.person()
    const first = { grant: ada.grant, number: phoneNumber, client: home }
    const refused = { ok: false, reason: 'deactivate-first' }
    expect(await nl.sms.enroll({ ...first, proof: await ada.proof() })).toEqual(refused)
    expectOk(await nl.sms.enroll({ ...first, proof: await ada.proof(), switching: true }))
    expect(await nl.accounts.factors({ grant: ada.grant })).toMatchObject({ enrolled: ['totp'] })
    const confirmed = expectOk(await nl.sms.confirm({ grant: ada.grant, code: await world.code(), client: home }))
    const factors = { enrolled: ['sms'], live: ['sms', 'backup-code'], preferred: 'sms' }
    expect(await nl.accounts.factors({ grant: confirmed.grant })).toMatchObject(factors)
  })

  it('begins no enrollment that can be confirmed after the policy became exclusive', async () => {
    const world = createPhoneWorld()
    const { nl } = world
    const ada = await world.person()
    const proof = await ada.proof()
    expectOk(await nl.sms.enroll({ grant: ada.grant, proof, number: phoneNumber, client: home }))
    const exclusive = world.instance({ factors: 'exclusive' })
    const code = await world.code()
    const answer = await exclusive.sms.confirm({ grant: ada.grant, code, client: home })
    expect(answer).toEqual({ ok: false, reason: 'deactivate-first' })
  })

  it('allows only one of two parallel enrollments to be confirmed', async () => {
    const world = createPhoneWorld({ options: { factors: 'exclusive' } })
    const { nl } = world
    const { grant } = await newcomer(world)
    const enrolled = expectOk(await nl.totp.enroll({ grant }))
    expectOk(await nl.sms.enroll({ grant, number: phoneNumber, client: home }))
    const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
    const answers = await Promise.all([
      nl.sms.confirm({ grant, code: await world.code(), client: home }),
      world.instance().totp.confirm({ grant, code: app.code() }),
    ])
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    const { totp, sms } = await stateOf(world.storage, 'ada')
    expect([...totp.authenticators, sms.number].filter((method) => method !== null)).toHaveLength(1)
    expect([totp.enrollment, sms.enrollment]).toEqual([null, null])
  })
})
