import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { elsewhere, home } from '../../world/person.ts'
import { anotherCode, createPhoneWorld, newcomer, otherNumber, phonePerson } from '../../world/phone.ts'
import type { PhonePerson, PhoneWorld } from '../../world/phone.ts'
import { eventsOf, stateOf } from '../../world/reading.ts'

const second = 1000
const minute = 60 * second

/** The grant of one more session, by a code by SMS. */
async function signedIn(world: PhoneWorld, { start, known }: PhonePerson): Promise<string> {
  world.clock.advance(5 * minute)
  const { challenge } = await start(known)
  const code = await world.code()
  return expectStatus(await world.nl.signIn.verify({ challenge, code, client: known }), 'granted').grant
}

describe('a step-up by SMS', () => {
  it('sends a code on request, and gives a proof for one change', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const ada = await phonePerson(world)
    const page = { grant: ada.grant, client: ada.known }
    const start = await nl.stepUp.start({ ...page, purpose: 'factors' })
    expect(start).toEqual({ ok: true, needs: 'factor', factors: ['sms', 'backup-code'], preferred: 'sms' })
    expect(await world.received()).toHaveLength(1)
    expect(await nl.stepUp.sendCode(page)).toEqual({
      ok: true,
      status: 'queued',
      to: '+36 •••••• 67',
      resendAt: clock() + 30 * second,
      expiresAt: clock() + 5 * minute,
    })
    const code = await world.code()
    const { proof } = expectOk(await nl.stepUp.verify({ ...page, purpose: 'factors', code }))
    expect(await nl.stepUp.verify({ ...page, purpose: 'factors', code })).toEqual({ ok: false, reason: 'expired' })
    const regenerated = expectOk(await nl.backupCodes.regenerate({ ...page, proof }))
    expect(regenerated.codes).toHaveLength(10)
    const types = (await eventsOf(nl, 'ada')).map(({ type }) => type)
    expect(types.filter((type) => type === 'stepup_success' || type === 'sms_verify')).toHaveLength(3)
  })

  it('[SMS-7] accepts only the code of its own session', async () => {
    const world = createPhoneWorld()
    const { nl } = world
    const ada = await phonePerson(world)
    const bob = await phonePerson(world, 'bob')
    const other = await signedIn(world, ada)
    world.clock.advance(minute)
    expectOk(await nl.stepUp.sendCode({ grant: ada.grant, client: ada.known }))
    const code = await world.code()
    const asked = { purpose: 'factors', code, client: ada.known } as const
    for (const grant of [other, bob.grant]) {
      expect(await nl.stepUp.verify({ ...asked, grant })).toEqual({ ok: false, reason: 'expired' })
      expect(await nl.accounts.turnOffTwoFactor({ ...asked, grant })).toEqual({ ok: false, reason: 'expired' })
    }
    expectOk(await nl.stepUp.verify({ ...asked, grant: ada.grant }))
  })

  it('[SMS-4] [SMS-6] refuses a code that has expired or that a newer one replaced', async () => {
    const world = createPhoneWorld()
    const { nl, clock } = world
    const ada = await phonePerson(world)
    const page = { grant: ada.grant, purpose: 'factors', client: ada.known } as const
    expectOk(await nl.stepUp.sendCode(page))
    const first = await world.code()
    clock.advance(minute)
    expectOk(await nl.stepUp.sendCode(page))
    const late = await world.code()
    expect(await nl.stepUp.verify({ ...page, code: first })).toMatchObject({ ok: false, reason: 'wrong' })
    clock.advance(5 * minute)
    expect(await nl.stepUp.verify({ ...page, code: late })).toEqual({ ok: false, reason: 'expired' })
    const cold = await nl.stepUp.sendCode(page)
    expect(cold).toMatchObject({ ok: true })
    expect(await nl.stepUp.sendCode(page)).toMatchObject({ ok: false, reason: 'cooldown' })
  })

  it('ends when its session is signed out', async () => {
    const world = createPhoneWorld()
    const { nl } = world
    const ada = await phonePerson(world)
    const other = await signedIn(world, ada)
    world.clock.advance(minute)
    expectOk(await nl.stepUp.sendCode({ grant: ada.grant, client: ada.known }))
    const code = await world.code()
    expectOk(await nl.sessions.endAll({ grant: other, client: ada.known }))
    const asked = { purpose: 'factors', code, client: ada.known } as const
    expect(await nl.stepUp.verify({ ...asked, grant: ada.grant })).toEqual({ ok: false, reason: 'signed-out' })
    expect((await stateOf(world.storage, 'ada')).sms.code).toBeNull()
  })

  it('sends a code that switches two-factor off and removes the number', async () => {
    const world = createPhoneWorld()
    const { nl } = world
    const ada = await phonePerson(world)
    const page = { grant: ada.grant, client: ada.known }
    expectOk(await nl.stepUp.sendCode(page))
    const code = await world.code()
    const wrong = await nl.accounts.turnOffTwoFactor({ ...page, code: anotherCode(code) })
    expect(wrong).toMatchObject({ ok: false, reason: 'wrong' })
    const off = expectOk(await nl.accounts.turnOffTwoFactor({ ...page, code }))
    expect(await nl.sms.get({ grant: off.grant })).toEqual({ ok: true, number: null })
    expectStatus(
      await nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client: elsewhere(1) }),
      'granted',
    )
  })

  it('is refused for a script, a stranger and an account without a number', async () => {
    const world = createPhoneWorld()
    const { nl } = world
    const ada = await phonePerson(world)
    const { grant } = await newcomer(world, 'bob')
    expect(await nl.stepUp.sendCode({ grant, client: home })).toEqual({ ok: false, reason: 'no-number' })
    for (const none of [asSystem('ada', 'a script'), null, '', 'x', ada.known.device]) {
      expect(await nl.stepUp.sendCode({ grant: none })).toEqual({ ok: false, reason: 'signed-out' })
    }
    const { challenge } = await ada.start()
    expect(await nl.stepUp.sendCode({ grant: challenge })).toEqual({ ok: false, reason: 'signed-out' })
    expect(await world.received()).toHaveLength(2)
  })

  it('is refused for a session that may only enroll', async () => {
    const policy = { factors: { required: { since: 0, graceMs: 0 } } } as const
    const world = createPhoneWorld({ options: { policy } })
    const { nl } = world
    const started = await nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client: home })
    const { grant } = expectStatus(started, 'enroll')
    expect(await nl.stepUp.sendCode({ grant, client: home })).toEqual({ ok: false, reason: 'signed-out' })
    expectOk(await nl.sms.enroll({ grant, number: otherNumber, client: home }))
    const code = await world.code(otherNumber)
    expect(await nl.stepUp.verify({ grant, purpose: 'factors', code })).toEqual({ ok: false, reason: 'signed-out' })
    // The session ends 30 minutes after its sign-in.
    world.clock.advance(30 * minute)
    expect(await nl.sms.resend({ grant, client: home })).toEqual({ ok: false, reason: 'signed-out' })
    expect(await nl.sms.confirm({ grant, code, client: home })).toEqual({ ok: false, reason: 'signed-out' })
  })
})
