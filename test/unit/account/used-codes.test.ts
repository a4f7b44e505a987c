import type { ClientInfo, Nightlatch } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/core/limits.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import type { Person } from '../../world/person.ts'
import { elsewhere, enrolledPerson, home } from '../../world/person.ts'
import { eventsOf, newestOf, stateOf } from '../../world/reading.ts'
import { times } from '../../world/times.ts'
import { createWorld } from '../../world/world.ts'

const step = 30_000
const minute = 60_000

async function typeAgain(
  nl: Nightlatch,
  person: Person,
  client: ClientInfo,
  code: string | undefined = person.app.code(),
): Promise<unknown> {
  return nl.signIn.verify({ challenge: await person.challenge(client), code, client })
}

const subjects = ({ mails }: { readonly mails: readonly { readonly subject: string }[] }): readonly string[] =>
  mails.map(({ subject }) => subject)
const twice = '[Acme] A code of your authenticator app was typed twice'

describe('a right code that was used already', () => {
  it('[TOTP-12] reads used, costs a try and the wait of its source, and nothing else', async () => {
    const { nl, storage, person } = createWorld()
    const ada = await person()
    await ada.signIn(elsewhere(1))
    const before = await stateOf(storage, ada.id)
    const challenge = await ada.challenge(elsewhere(1))
    const answer = await nl.signIn.verify({ challenge, code: ada.app.code(), client: elsewhere(1) })
    expect(answer).toMatchObject({ status: 'challenge', reason: 'used', triesLeft: limits.challengeTries - 1 })
    expect(await newestOf(nl, ada.id, 'mfa_fail')).toMatchObject({ values: { reason: 'used', compared: ['totp'] } })
    const after = await stateOf(storage, ada.id)
    const { sources, failures, ...others } = after.throttle
    expect({ ...before.throttle, ...others }).toEqual(before.throttle)
    expect(sources).toMatchObject([{ failures: 1 }])
    expect(failures).toBe(1)
    expect([after.totp.failures, after.totp.strangers]).toEqual([0, 0])
  })

  it('[TOTP-12] reads used at the first sign-in if it confirmed the set-up, costs a try and locks nothing', async () => {
    const { nl, storage, person } = createWorld()
    const ada = await person()
    const challenge = await ada.challenge(elsewhere(1))
    const typed = { challenge, code: ada.app.code(-1), client: elsewhere(1) }
    const answer = await nl.signIn.verify(typed)
    expect(answer).toMatchObject({ status: 'challenge', reason: 'used', triesLeft: limits.challengeTries - 1 })
    const { throttle, totp } = await stateOf(storage, ada.id)
    expect([throttle.row, throttle.lockedAt, totp.failures, totp.strangers]).toEqual([0, null, 0, 0])
    expectStatus(await nl.signIn.verify({ ...typed, code: ada.app.code() }), 'granted')
  })

  it('makes its source wait like a wrong one', async () => {
    const { nl, clock, person } = createWorld()
    const ada = await person()
    await ada.signIn(elsewhere(1))
    for (const _ of times(4)) expect(await typeAgain(nl, ada, elsewhere(1))).toMatchObject({ reason: 'used' })
    const wait = await typeAgain(nl, ada, elsewhere(1))
    expect(wait).toMatchObject({ reason: 'wait', retryAt: clock() + limits.firstWaitMs })
  })

  it('reads wrong and costs like a wrong one from the third in a challenge on, also for the history', async () => {
    const { nl, clock, storage, person } = createWorld()
    const ada = await person()
    await ada.signIn(elsewhere(1))
    const challenge = await ada.challenge(elsewhere(1))
    const verify = { challenge, code: ada.app.code(), client: elsewhere(1) }
    const reasons: unknown[] = []
    for (const _ of times(4)) {
      reasons.push(await nl.signIn.verify(verify))
      clock.advance(1)
    }
    expect(reasons).toMatchObject([{ reason: 'used' }, { reason: 'used' }, { reason: 'wrong' }, { reason: 'wrong' }])
    expect((await stateOf(storage, ada.id)).totp).toMatchObject({ failures: 2, strangers: 2 })
    const failed = (await eventsOf(nl, ada.id)).filter(({ type }) => type === 'mfa_fail')
    expect(failed).toMatchObject(times(4).map(() => ({ values: { reason: 'used' } })))
    clock.advance(limits.firstWaitMs)
    expect(await nl.signIn.verify({ ...verify, code: ada.app.code(1) })).toMatchObject({ status: 'granted' })
    // The success clears the count of its factor.
    expect((await stateOf(storage, ada.id)).totp.failures).toBe(0)
  })

  it('ends its challenge with the last try', async () => {
    const { nl, person } = createWorld({ options: { challenge: { tries: 2 } } })
    const ada = await person()
    await ada.signIn()
    const challenge = await ada.challenge()
    const verify = { challenge, code: ada.app.code(), client: home }
    expect(await nl.signIn.verify(verify)).toMatchObject({ reason: 'used' })
    expect(await nl.signIn.verify(verify)).toMatchObject({ status: 'refused', reason: 'too-many-tries' })
  })

  it('reads used for a backup code, whose set charges nothing', async () => {
    const { nl, storage, person } = createWorld({ options: { backupCodes: { profile: 'numeric-6' } } })
    const ada = await person()
    const [code] = ada.backupCodes
    expectStatus(await nl.signIn.verify({ challenge: await ada.challenge(), code, client: home }), 'granted')
    expect(await typeAgain(nl, ada, elsewhere(1), code)).toMatchObject({ reason: 'used' })
    const { 'backup-code': set, throttle } = await stateOf(storage, ada.id)
    expect(set).toMatchObject({ failures: 0, strangers: 0 })
    expect(throttle).toMatchObject({ row: 0, luck: { unknown: null } })
  })

  it('reads used in a step-up and at the code that switches two-factor off', async () => {
    const { nl, person } = createWorld()
    const ada = await person()
    await ada.signIn()
    const call = { grant: ada.grant, code: ada.app.code(), client: home }
    expect(await nl.stepUp.verify({ ...call, purpose: 'factors' })).toEqual({ ok: false, reason: 'used' })
    expect(await nl.accounts.turnOffTwoFactor(call)).toEqual({ ok: false, reason: 'used' })
  })

  it('is accepted if it is right for another authenticator that did not use it', async () => {
    const { nl, clock, storage, person } = createWorld()
    const ada = await person()
    await ada.signIn()
    const { totp } = await stateOf(storage, ada.id)
    expect(totp.authenticators).toHaveLength(1)
    const enrolled = expectOk(await nl.totp.enroll({ grant: ada.grant, proof: await ada.proof(), label: 'Tablet' }))
    expect(enrolled.authenticator).not.toBe(ada.app.id)
    clock.advance(step)
    expect(await typeAgain(nl, ada, home)).toMatchObject({ status: 'granted' })
  })
})

describe('a code of an app that was just used elsewhere', () => {
  it('is mailed to the owner once, and is in the history', async () => {
    const { nl, mailer, person } = createWorld()
    const ada = await person()
    await ada.signIn()
    await nl.outbox.idle()
    mailer.clear()
    expect(await typeAgain(nl, ada, elsewhere(1))).toMatchObject({ reason: 'used' })
    expect(await typeAgain(nl, ada, elsewhere(2))).toMatchObject({ reason: 'used' })
    await nl.outbox.idle()
    expect(subjects(mailer).filter((subject) => subject === twice)).toEqual([twice])
    expect(mailer.mails.find(({ subject }) => subject === twice)?.text).toContain(elsewhere(1).ip)
    const told = (await eventsOf(nl, ada.id)).filter(({ type }) => type === 'mfa_fail')
    expect(told.map(({ values }) => 'usedElsewhere' in values)).toEqual([false, true])
  })

  it('is mailed again for the next code', async () => {
    const { nl, mailer, person } = createWorld()
    const ada = await person()
    for (const _ of times(3)) {
      await ada.signIn()
      await typeAgain(nl, ada, elsewhere(1))
    }
    await nl.outbox.idle()
    expect(subjects(mailer).filter((subject) => subject === twice)).toHaveLength(3)
  })

  it.each([
    ['the same network', home],
    ['a request without a readable address', { userAgent: 'Firefox' }],
  ] as const)('sends no mail for %s', async (_, client) => {
    const { nl, mailer, person } = createWorld()
    const ada = await person()
    await ada.signIn()
    await nl.outbox.idle()
    mailer.clear()
    expect(await typeAgain(nl, ada, client)).toMatchObject({ reason: 'used' })
    await nl.outbox.idle()
    expect(subjects(mailer)).toEqual([])
  })

  it('sends no mail if the same device types it in another network, from its very first sign-in on', async () => {
    const { nl, mailer, person } = createWorld()
    const ada = await person()
    await ada.signIn(elsewhere(1))
    await nl.outbox.idle()
    mailer.clear()
    const moved = { ...elsewhere(2), device: ada.deviceToken }
    expect(await typeAgain(nl, ada, moved)).toMatchObject({ reason: 'used' })
    await nl.outbox.idle()
    expect(subjects(mailer)).toEqual([])
  })

  it('also counts for the code that confirmed the enrollment', async () => {
    const { nl, mailer, clock } = createWorld()

    const ada = await enrolledPerson({ nl, clock, id: 'ada' })
    const code = ada.app.code(-1)
    expect(await typeAgain(nl, ada, elsewhere(1), code)).toMatchObject({ reason: 'used' })
    await nl.outbox.idle()
    expect(subjects(mailer)).toContain(twice)
  })

  it('is a failed factor like any other after two minutes', async () => {
    const { nl, mailer, clock, person } = createWorld({ options: { totp: { window: 5 } } })
    const ada = await person()
    await ada.signIn()
    const code = ada.app.code()
    clock.advance(2 * minute)
    expect(await typeAgain(nl, ada, elsewhere(1), code)).toMatchObject({ reason: 'used' })
    await nl.outbox.idle()
    expect(subjects(mailer)).not.toContain(twice)
    expect(subjects(mailer)).toContain('[Acme] A sign-in stopped at the second factor')
  })

  it('of the step before the last one is a failed factor like any other', async () => {
    const { nl, mailer, person } = createWorld()
    const ada = await person()
    await ada.signIn()
    expect(await typeAgain(nl, ada, elsewhere(1), ada.app.code(-1))).toMatchObject({ reason: 'used' })
    await nl.outbox.idle()
    expect(subjects(mailer)).not.toContain(twice)
  })
})
