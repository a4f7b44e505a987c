import { describe, expect, it } from 'vitest'
import { judgeAssertion } from '../../../src/core/passkeys/index.ts'

type Question = Parameters<typeof judgeAssertion>[0]

const synced = { counter: 0, backupEligible: true, backedUp: true, uvInitialized: true }
const facts = { counter: 0, userVerified: true, backupEligible: true, backedUp: true }

interface Changes extends Partial<Omit<Question, 'stored' | 'facts'>> {
  readonly stored?: Partial<Question['stored']>
  readonly facts?: Partial<Question['facts']>
}

const judge = (changes: Changes = {}): ReturnType<typeof judgeAssertion> =>
  judgeAssertion({
    userVerification: 'preferred',
    otherFactor: false,
    ...changes,
    stored: { ...synced, ...changes.stored },
    facts: { ...facts, ...changes.facts },
  })

const refused = (reason: string): unknown => ({ ok: false, reason })

it('judgeAssertion accepts an assertion that fits the stored passkey', () => {
  expect(judge()).toEqual({
    ok: true,
    verified: true,
    counterRegressed: false,
    backupLost: false,
    next: { counter: 0, backedUp: true, uvInitialized: true },
  })
})

describe('user verification', () => {
  it('[PKA-4, PKR-7] is enforced where it is required', () => {
    expect(judge({ userVerification: 'required' })).toMatchObject({ ok: true, verified: true })
    const unverified = { userVerification: 'required', facts: { userVerified: false } } as const
    expect(judge(unverified)).toEqual(refused('user-verification'))
    expect(judge({ ...unverified, otherFactor: true })).toEqual(refused('user-verification'))
  })

  it('[PKA-4] is not counted when it is missing', () => {
    expect(judge({ facts: { userVerified: false } })).toMatchObject({ ok: true, verified: false })
  })

  it('[PKA-5] is not counted before it is initialized', () => {
    const stored = { uvInitialized: false }
    expect(judge({ stored })).toMatchObject({ ok: true, verified: false, next: { uvInitialized: false } })
    expect(judge({ stored, userVerification: 'required' })).toEqual(refused('user-verification'))
  })

  it('[PKA-5] is initialized together with another factor, and counted from the next assertion on', () => {
    const stored = { uvInitialized: false }
    const raised = { ok: true, verified: false, next: { uvInitialized: true } }
    expect(judge({ stored, otherFactor: true })).toMatchObject(raised)
    expect(judge({ stored, otherFactor: true, userVerification: 'required' })).toMatchObject(raised)
    const unshown = { ok: true, next: { uvInitialized: false } }
    expect(judge({ stored, otherFactor: true, facts: { userVerified: false } })).toMatchObject(unshown)
    expect(judge({ facts: { userVerified: false } })).toMatchObject({ next: { uvInitialized: true } })
  })
})

describe('the backup state', () => {
  it('[PKA-6] is refused when the eligibility has changed', () => {
    const single = { backupEligible: false, backedUp: false }
    expect(judge({ stored: single })).toEqual(refused('backup-eligibility'))
    expect(judge({ facts: single })).toEqual(refused('backup-eligibility'))
    expect(judge({ stored: single, facts: single })).toMatchObject({ ok: true })
  })

  it('[PKA-6] is refused as backed up without eligibility', () => {
    const crafted = { backupEligible: false, backedUp: true }
    expect(judge({ stored: crafted, facts: crafted })).toEqual(refused('backup-eligibility'))
  })

  it('[PKA-7] is kept up to date, and a lost backup is reported', () => {
    expect(judge({ facts: { backedUp: false } })).toMatchObject({ backupLost: true, next: { backedUp: false } })
    expect(judge({ stored: { backedUp: false } })).toMatchObject({ backupLost: false, next: { backedUp: true } })
  })

  it('[PKA-8] of a synced passkey is accepted, unless the host refuses synced ones', () => {
    expect(judge({ synced: 'accept' })).toMatchObject({ ok: true })
    expect(judge({ synced: 'refuse' })).toEqual(refused('synced'))
    expect(judge({ synced: 'refuse', facts: { backedUp: false } })).toEqual(refused('synced'))
    const single = { backupEligible: false, backedUp: false }
    expect(judge({ synced: 'refuse', stored: single, facts: single })).toMatchObject({ ok: true })
  })
})

describe('[PKA-10] a counter', () => {
  it.each([
    [0, 0, false, 0],
    [0, 1, false, 1],
    [5, 6, false, 6],
    [5, 4_294_967_295, false, 4_294_967_295],
    [5, 5, true, 5],
    [5, 4, true, 5],
    [5, 0, true, 5],
  ])('from %i to %i is a regression: %s', (before, after, counterRegressed, next) => {
    const changes = { stored: { counter: before }, facts: { counter: after } }
    const reported = judge({ ...changes, counterRegression: 'report' })
    expect(reported).toMatchObject({ ok: true, counterRegressed, next: { counter: next } })
    expect(judge(changes)).toEqual(counterRegressed ? refused('counter') : reported)
    expect(judge({ ...changes, counterRegression: 'refuse' })).toEqual(judge(changes))
  })
})
