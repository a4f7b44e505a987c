import { describe, expect, it } from 'vitest'
import { chargeUsed } from '../../../../src/core/account/guessing/used-code.ts'
import type { Attempt } from '../../../../src/core/account/guessing/verdict.ts'
import {
  chargeFailure,
  creditSuccess,
  failedFactor,
  withoutCharges,
} from '../../../../src/core/account/guessing/verdict.ts'
import { refuseTypedCode } from '../../../../src/core/account/guessing/typed-code.ts'
import { referenceTo } from '../../../../src/core/account/record/ids.ts'
import type { AccountState, ChallengeEntry } from '../../../../src/core/account/record/state.ts'
import { withFactor } from '../../../../src/core/account/record/state.ts'
import { limits } from '../../../../src/core/limits.ts'
import {
  account,
  authenticator,
  context,
  day,
  deviceSource,
  knownDevice,
  networkSource,
  now,
  sessionSource,
  stranger,
  withTotp,
} from '../../../world/account.ts'

const minutes = 60_000
const hours = 3_600_000
const enrolled: AccountState = { ...withTotp(account, 'a'), knownDevices: [knownDevice('d1'), knownDevice('d2')] }
const network = networkSource('192.0.2.7')
const attempt: Attempt = {
  flow: 'sign-in',
  challenge: 'c1',
  source: network,
  client: stranger,
  now,
  primary: 'password',
}
const wrong = { compared: ['totp'], cost: 3 } as const

const typesOf = ({ events }: { readonly events: readonly { readonly type: string }[] }): string[] =>
  events.map(({ type }) => type)
const mailsOf = ({ messages }: { readonly messages: readonly object[] }): string[] =>
  messages.map((message) => ('template' in message ? (message.template as { template: string }).template : 'sms'))

function rowOf(row: number, behindPassword = row, more: Partial<AccountState['throttle']> = {}): AccountState {
  return { ...enrolled, throttle: { ...enrolled.throttle, row, rowBehindPassword: behindPassword, ...more } }
}

describe('a wrong code', () => {
  it('is charged to its source, the row, the luck and the count of its factor, with an event and a mail', () => {
    const charged = chargeFailure(enrolled, { ...attempt, ...wrong })
    expect(charged.state.throttle).toMatchObject({
      sources: [{ id: 'network:192.0.2.7', failures: 1, failedAt: now }],
      failures: 1,
      row: 1,
      rowBehindPassword: 1,
      lockedAt: null,
    })
    expect(charged.state.throttle.luck.unknown).toBe(now - (limits.luckHolds - 3) * limits.luckMs)
    expect(charged.state.throttle.luck.sessions).toBeNull()
    expect(charged.state.totp).toMatchObject({ failures: 1, strangers: 1 })
    expect(charged.events).toEqual([
      {
        type: 'mfa_fail',
        values: { flow: 'sign-in', challenge: 'c1', compared: ['totp'], reason: 'wrong', knownDevice: false },
      },
    ])
    expect(charged.messages).toEqual([
      {
        channel: 'mail',
        template: { template: 'factor-failed', at: now, ip: '192.0.2.7', userAgent: 'Firefox' },
        expiresAt: now + limits.noticeMs,
      },
    ])
  })

  it('that nobody can guess only makes its source wait', () => {
    const { state } = chargeFailure(enrolled, { ...attempt, compared: ['backup-code'], cost: null })
    expect(state.throttle).toMatchObject({ sources: [{ failures: 1 }], failures: 1, row: 0, luck: { unknown: null } })
    expect(state['backup-code'].failures).toBe(0)
    const { events, messages } = chargeFailure(enrolled, { ...attempt, compared: ['backup-code'], cost: null })
    expect([typesOf({ events }), mailsOf({ messages })]).toEqual([['mfa_fail'], ['factor-failed']])
  })

  it('that leaves too little luck for one more says so: its source waits until the next one fits', () => {
    const luck = { unknown: now - 4 * limits.luckMs, sessions: null }
    const [failed] = chargeFailure(rowOf(0, 0, { luck }), { ...attempt, ...wrong }).events
    expect(failed).toMatchObject({ values: { waitUntil: now + 2 * limits.luckMs } })
    const used = { factor: 'totp', authenticator: 'a', compared: ['totp'], cost: 6 } as const
    const [again] = chargeUsed(rowOf(0, 0, { luck }), { ...attempt, used }).events
    expect(again).toMatchObject({ values: { waitUntil: now + 2 * limits.luckMs } })
  })

  it('from a known device or a session counts in no row, and on its own luck', () => {
    const device = chargeFailure(enrolled, { ...attempt, ...wrong, source: deviceSource('d1') }).state
    expect(device.throttle).toMatchObject({ row: 0, rowBehindPassword: 0, luck: { unknown: null, sessions: null } })
    expect(device.knownDevices.map(({ emptiedAt }) => emptiedAt !== null)).toEqual([true, false])
    expect(device.totp).toMatchObject({ failures: 1, strangers: 0 })
    const page = chargeFailure(enrolled, { ...attempt, ...wrong, source: sessionSource('s1') }).state
    expect(page.throttle).toMatchObject({ row: 0, luck: { unknown: null } })
    expect(page.throttle.luck.sessions).not.toBeNull()
  })

  it('behind a mailed link counts in the row, and not as one behind the password', () => {
    const { throttle } = chargeFailure(rowOf(4, 2), { ...attempt, ...wrong, primary: 'magic-link' }).state
    expect(throttle).toMatchObject({ row: 5, rowBehindPassword: 2 })
  })

  it('says in its event how long its source has to wait', () => {
    const waiting = rowOf(3, 3, { sources: [{ id: network.id, failures: 3, failedAt: now - 1000 }] })
    const [failed] = chargeFailure(waiting, { ...attempt, ...wrong }).events
    expect(failed).toMatchObject({ values: { waitUntil: now + 5000, knownDevice: false } })
    const strong = chargeFailure(waiting, { ...attempt, compared: ['backup-code'], cost: null }).events[0]
    expect(strong).toMatchObject({ values: { waitUntil: now + 5000, compared: ['backup-code'] } })
  })
})

describe('the mail about a wrong code', () => {
  const told = (state: AccountState, more: Partial<Attempt> & { readonly last?: boolean } = {}): boolean =>
    mailsOf(chargeFailure(state, { ...attempt, ...wrong, ...more })).includes('factor-failed')
  const failedAt = (at: number): AccountState => ({ ...enrolled, notices: { ...enrolled.notices, factorFailedAt: at } })

  it('[NOT-4] goes once an hour', () => {
    expect(told(failedAt(now - hours + 1))).toBe(false)
    expect(told(failedAt(now - hours))).toBe(true)
    expect(chargeFailure(enrolled, { ...attempt, ...wrong }).state.notices.factorFailedAt).toBe(now)
    expect(chargeFailure(failedAt(now - 1), { ...attempt, ...wrong }).state.notices.factorFailedAt).toBe(now - 1)
  })

  it('is not sent for a slip on a known device, until that has to wait a minute or the challenge ends', () => {
    const source = deviceSource('d1')
    const failedOn = (failures: number): AccountState =>
      rowOf(0, 0, { sources: [{ id: source.id, failures, failedAt: now - hours }] })
    expect(told(enrolled, { source })).toBe(false)
    expect(told(enrolled, { source, last: true })).toBe(true)
    // The seventh failure makes it wait 40 s, the eighth 80 s.
    expect(told(failedOn(6), { source })).toBe(false)
    expect(told(failedOn(7), { source })).toBe(true)
    expect(told(enrolled, { source: sessionSource('s1') })).toBe(true)
  })
})

describe('the lock', () => {
  it('comes with the 20th failure of unknown sources in a row, with an event and a mail', () => {
    const charged = chargeFailure(rowOf(19), { ...attempt, ...wrong })
    expect(charged.state.throttle.lockedAt).toBe(now)
    expect(charged.events).toContainEqual({
      type: 'authn_login_lock',
      values: { reason: 'maxretries', until: now + 15 * minutes, failures: 20 },
    })
    expect(charged.messages).toContainEqual({
      channel: 'mail',
      template: { template: 'code-entry-locked', at: now, until: now + 15 * minutes, failures: 20 },
      expiresAt: now + limits.noticeMs,
    })
    expect(chargeFailure(rowOf(18), { ...attempt, ...wrong }).state.throttle.lockedAt).toBeNull()
  })

  it('comes again with each further failure, and is mailed every six hours', () => {
    const locked = (at: number): AccountState => ({
      ...rowOf(25, 25, { lockedAt: at, passwordKnownAt: at }),
      notices: { ...enrolled.notices, lockedAt: at },
    })
    const soon = chargeFailure(locked(now - 6 * hours + 1), { ...attempt, ...wrong })
    expect(typesOf(soon)).toEqual(['mfa_fail', 'authn_login_lock'])
    expect(mailsOf(soon)).toEqual(['factor-failed'])
    expect(soon.state).toMatchObject({ throttle: { lockedAt: now }, notices: { lockedAt: now - 6 * hours + 1 } })
    const later = chargeFailure(locked(now - 6 * hours), { ...attempt, ...wrong })
    expect(typesOf(later)).toEqual(['mfa_fail', 'authn_login_lock', 'password_known'])
    expect(mailsOf(later)).toEqual(['factor-failed', 'code-entry-locked'])
    expect(later.state.notices.lockedAt).toBe(now)
    expect(later.state.throttle.passwordKnownAt).toBe(now - 6 * hours)
  })

  it('shows that somebody knows the password only if 20 codes were typed behind it', () => {
    const known = chargeFailure(rowOf(30, 19), { ...attempt, ...wrong })
    expect(known.events.at(-1)).toEqual({ type: 'password_known', values: { reason: 'lock' } })
    expect(known.state.throttle.passwordKnownAt).toBe(now)
    const fewer = chargeFailure(rowOf(30, 18), { ...attempt, ...wrong })
    expect(typesOf(fewer)).toEqual(['mfa_fail', 'authn_login_lock'])
    expect(fewer.state.throttle.passwordKnownAt).toBeNull()
    expect(mailsOf(fewer)).toContain('code-entry-locked')
  })

  it('tells the host at once when the password is found to be known, although the mail of a lock went just before', () => {
    const mailed = { ...rowOf(30, 19), notices: { ...enrolled.notices, lockedAt: now - 1000 } }
    const charged = chargeFailure(mailed, { ...attempt, ...wrong })
    expect(typesOf(charged)).toContain('password_known')
    expect(mailsOf(charged)).not.toContain('code-entry-locked')
  })
})

describe('an empty bucket of luck', () => {
  const drawn = (emptiedAt: number, more: Partial<Attempt> = {}, notices: Partial<AccountState['notices']> = {}) =>
    chargeFailure(
      {
        ...rowOf(2, 2, { luck: { unknown: emptiedAt, sessions: emptiedAt } }),
        knownDevices: [knownDevice('d1', { emptiedAt }), knownDevice('d2')],
        notices: { ...enrolled.notices, ...notices },
      },
      { ...attempt, ...wrong, ...more },
    )
  const enoughFor = (guesses: number): number => now - 3 * guesses * limits.luckMs

  it('of unknown sources is mailed once a day, and says that the password is known', () => {
    const charged = drawn(enoughFor(1))
    expect(mailsOf(charged)).toEqual(['factor-failed', 'guesses-used-up'])
    expect(charged.events.at(-1)).toEqual({ type: 'password_known', values: { reason: 'luck' } })
    expect(charged.state.notices.luckAt).toBe(now)
    expect(mailsOf(drawn(enoughFor(1), {}, { luckAt: now - day + 1 }))).toEqual(['factor-failed'])
    expect(mailsOf(drawn(enoughFor(1), {}, { luckAt: now - day }))).toContain('guesses-used-up')
  })

  it('is not mailed as long as one more guess fits', () => {
    const charged = drawn(enoughFor(2))
    expect(mailsOf(charged)).toEqual(['factor-failed'])
    expect(charged.state.notices.luckAt).toBeNull()
  })

  it('behind a mailed link does not say that the password is known', () => {
    const charged = drawn(enoughFor(1), { primary: 'magic-link' })
    expect(mailsOf(charged)).toContain('guesses-used-up')
    expect(typesOf(charged)).toEqual(['mfa_fail'])
    expect(charged.state.throttle.passwordKnownAt).toBeNull()
  })

  it('of a known device makes that device unknown, with an event and a mail, and no other', () => {
    const charged = drawn(enoughFor(1), { source: deviceSource('d1') })
    expect(charged.state.knownDevices.map(({ id }) => id)).toEqual(['d2'])
    expect(charged.events.at(-1)).toEqual({
      type: 'device_forget',
      values: { device: referenceTo('d1'), reason: 'luck' },
    })
    expect(charged.messages.at(-1)).toMatchObject({ template: { template: 'device-forgotten', at: now } })
    expect(drawn(enoughFor(2), { source: deviceSource('d1') }).state.knownDevices).toHaveLength(2)
  })

  it('of sessions without a device ends nothing and mails nothing about it', () => {
    const charged = drawn(enoughFor(1), { source: sessionSource('s1') })
    expect(charged.state.knownDevices).toHaveLength(2)
    expect(mailsOf(charged)).toEqual(['factor-failed'])
    expect(typesOf(charged)).toEqual(['mfa_fail'])
  })
})

describe('a factor that wrong codes stop', () => {
  it('[THR-1] is told to the owner and the history: off for everybody, or for unknown sources only', () => {
    const counted = (failures: number, strangers: number): AccountState =>
      withFactor(enrolled, 'totp', { failures, strangers })
    const off = chargeFailure(counted(99, 9), { ...attempt, ...wrong, source: deviceSource('d1') })
    expect(off.events.at(-1)).toEqual({ type: 'authn_login_fail_max', values: { factor: 'totp' } })
    expect(off.messages.at(-1)).toMatchObject({ template: { template: 'factor-disabled', factor: 'totp', at: now } })
    const stopped = chargeFailure(counted(70, 49), { ...attempt, ...wrong })
    expect(stopped.events.at(-1)).toEqual({
      type: 'authn_login_fail_max',
      values: { factor: 'totp', unknownOnly: true },
    })
    expect(stopped.messages.at(-1)).toMatchObject({ template: { template: 'factor-stopped', factor: 'totp', at: now } })
  })
})

describe('a right code that was used already', () => {
  const used = { factor: 'totp', authenticator: 'a', compared: ['totp'], cost: 3 } as const
  const usedFrom = (from: { device: string | null; network: string | null }): AccountState => ({
    ...enrolled,
    totp: {
      ...enrolled.totp,
      authenticators: [authenticator('a', { lastUsedAt: now - 30_000, usedFrom: { ...from, told: false } })],
    },
  })
  const elsewhere = usedFrom({ device: null, network: '203.0.113.9' })
  const here = usedFrom({ device: null, network: '192.0.2.7' })

  it('only makes its source wait: no row, no luck, no count', () => {
    const { state } = chargeUsed(here, { ...attempt, used })
    expect(state.throttle).toMatchObject({
      sources: [{ id: network.id, failures: 1 }],
      row: 0,
      luck: { unknown: null },
    })
    expect(state.totp.failures).toBe(0)
  })

  it('is mailed as used elsewhere, if it was typed in another place just before', () => {
    const charged = chargeUsed(elsewhere, { ...attempt, used })
    expect(charged.messages).toHaveLength(1)
    expect(mailsOf(charged)).not.toContain('factor-failed')
    expect(charged.events).toEqual([
      {
        type: 'mfa_fail',
        values: {
          flow: 'sign-in',
          challenge: 'c1',
          compared: ['totp'],
          reason: 'used',
          knownDevice: false,
          usedElsewhere: true,
        },
      },
    ])
    expect(charged.state.totp.authenticators[0]?.usedFrom.told).toBe(true)
  })

  it('[TOTP-12] is not mailed, if a person has just typed it twice in one place', () => {
    const charged = chargeUsed(here, { ...attempt, used })
    expect(charged.messages).toEqual([])
    expect(charged.events[0]?.values).not.toHaveProperty('usedElsewhere')
  })

  it('is mailed like a wrong one, if nobody knows which authenticator took it, but not on a known device', () => {
    const unnamed = { ...used, authenticator: null }
    expect(mailsOf(chargeUsed(here, { ...attempt, used: unnamed }))).toEqual(['factor-failed'])
    expect(chargeUsed(here, { ...attempt, used: unnamed }).state.notices.factorFailedAt).toBe(now)
    expect(chargeUsed(here, { ...attempt, used: unnamed, source: deviceSource('d1') }).messages).toEqual([])
  })

  it('says in its event how long its source has to wait', () => {
    const failed = {
      ...here,
      throttle: { ...here.throttle, sources: [{ id: network.id, failures: 3, failedAt: now }] },
    }
    expect(chargeUsed(failed, { ...attempt, used }).events[0]).toMatchObject({ values: { waitUntil: now + 5000 } })
  })
})

describe('the event of a failed factor', () => {
  it('has only what is known of it', () => {
    const least = failedFactor({ flow: 'step-up', source: deviceSource('d1'), compared: ['passkey'], reason: 'wrong' })
    expect(least.values).toStrictEqual({ flow: 'step-up', compared: ['passkey'], reason: 'wrong', knownDevice: true })
    const most = failedFactor({
      flow: 'sign-in',
      challenge: 'c1',
      source: network,
      compared: ['passkey'],
      reason: 'wrong',
      authenticator: 'p1',
      waitUntil: now,
      usedElsewhere: false,
    })
    expect(most.values).toStrictEqual({
      flow: 'sign-in',
      challenge: 'c1',
      compared: ['passkey'],
      reason: 'wrong',
      knownDevice: false,
      authenticator: 'p1',
      waitUntil: now,
    })
  })
})

describe('a success', () => {
  const none = [0, 0] as const
  const entry = (id: string, more: Partial<ChallengeEntry> = {}): ChallengeEntry => ({
    id,
    commit: 3,
    source: network.id,
    keptUntil: now + hours,
    failures: 4,
    charged: { totp: [2, 2], sms: [3, 1], 'backup-code': none },
    round: 0,
    used: 0,
    over: 0,
    ...more,
  })
  const counted: AccountState = {
    ...withFactor(withFactor(enrolled, 'totp', { failures: 9, strangers: 8, raised: 10 }), 'sms', {
      failures: 6,
      strangers: 5,
    }),
    challenges: [entry('c1'), entry('c2')],
    throttle: {
      ...enrolled.throttle,
      row: 7,
      sources: [
        { id: network.id, failures: 4, failedAt: now },
        { id: 'network:other', failures: 2, failedAt: now },
      ],
    },
  }
  const match = { status: 'matched', factor: 'totp', authenticator: authenticator('a'), step: 5, drift: 0 } as const
  const success = { match, source: network, client: stranger, now, entry: entry('c1') }

  it('clears the count of its factor and the failures of its source', () => {
    const { state } = creditSuccess(counted, success)
    expect(state.totp).toMatchObject({ failures: 0, strangers: 0, raised: 0 })
    expect(state.throttle.sources.map(({ id }) => id)).toEqual(['network:other'])
    expect(state.throttle.row).toBe(7)
    expect(state.totp.authenticators[0]).toMatchObject({ lastStep: 5, lastUsedAt: now })
  })

  it('takes back what its challenge charged to other factors', () => {
    expect(creditSuccess(counted, success).state.sms).toMatchObject({ failures: 3, strangers: 4 })
    expect(creditSuccess(counted, { ...success, entry: null }).state.sms).toMatchObject({ failures: 6, strangers: 5 })
  })

  it('leaves nothing of its factor to take back in other challenges', () => {
    const { challenges } = creditSuccess(counted, success).state
    expect(challenges).toHaveLength(2)
    for (const { charged } of challenges) expect(charged).toEqual({ totp: none, sms: [3, 1], 'backup-code': none })
    expect(withoutCharges(counted.challenges, 'passkey')).toEqual(counted.challenges)
  })

  it('notes on which device the code was used: the one of the request, or the one that it makes known', () => {
    const deviceOf = (more: object): unknown =>
      creditSuccess(counted, { ...success, ...more }).state.totp.authenticators[0]?.usedFrom.device
    expect(deviceOf({ source: deviceSource('d1') })).toBe('d1')
    expect(deviceOf({ device: 'new' })).toBe('new')
    expect(deviceOf({})).toBeNull()
  })
})

describe('the answer to a code of a signed-in session that was not accepted', () => {
  const source = sessionSource('s1')
  const typed = { flow: 'step-up', source, client: stranger } as const
  const refusal = (check: Parameters<typeof refuseTypedCode>[1], state = enrolled) =>
    refuseTypedCode(state, check, typed, context)

  it('was not evaluated: it waits, is malformed or expired, or no factor takes it', () => {
    expect(refusal({ status: 'wait', retryAt: now + 5 })).toEqual({
      done: { ok: false, reason: 'wait', retryAt: now + 5 },
      facts: [{ type: 'excess_rate_limit_exceeded', values: { flow: 'step-up', sampled: 1 } }],
    })
    const reasons = (['malformed', 'expired', 'no-factor'] as const).map((status) => refusal({ status }))
    expect(reasons).toEqual(
      ['malformed', 'expired', 'factors-off'].map((reason) => ({
        done: { ok: false, reason, retryAt: null },
        facts: [],
      })),
    )
    const task = {
      kind: 'open',
      path: 'p',
      sealed: { alg: 'xchacha20-poly1305', keyId: '', nonce: '', ciphertext: '' },
    }
    expect(refusal({ status: 'need', tasks: [task as never] })).toEqual({ need: [task] })
  })

  it('was wrong or used, and is committed with when the session may try again', () => {
    const failed = {
      ...enrolled,
      throttle: { ...enrolled.throttle, sources: [{ id: source.id, failures: 3, failedAt: now }] },
    }
    expect(refusal({ status: 'wrong', ...wrong }, failed)).toMatchObject({
      commit: {
        outcome: { ok: false, reason: 'wrong', retryAt: now + 5000 },
        state: { totp: { failures: 1 } },
        events: [{ type: 'mfa_fail', values: { flow: 'step-up', reason: 'wrong' } }],
      },
    })
    const used = { status: 'used', factor: 'totp', authenticator: 'a', compared: ['totp'], cost: 3 } as const
    expect(refusal(used, failed)).toMatchObject({
      commit: {
        outcome: { ok: false, reason: 'used', retryAt: now + 5000 },
        state: { totp: { failures: 0 } },
        events: [{ type: 'mfa_fail', values: { reason: 'used' } }],
      },
    })
    expect(refusal({ status: 'wrong', ...wrong })).toMatchObject({ commit: { outcome: { retryAt: null } } })
    const luck = { unknown: null, sessions: now - 4 * limits.luckMs }
    const unlucky = { ...enrolled, throttle: { ...enrolled.throttle, luck } }
    const outcome = { retryAt: now + 2 * limits.luckMs }
    expect(refusal({ status: 'wrong', ...wrong }, unlucky)).toMatchObject({ commit: { outcome } })
    expect(refusal({ ...used, cost: 6 }, unlucky)).toMatchObject({ commit: { outcome } })
  })
})
