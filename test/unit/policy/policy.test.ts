import { defaultPolicy, definePolicy, graceStart, maxGraceMs, requirement } from 'nightlatch/policy'
import type { Policy, PolicyAccount } from 'nightlatch/policy'
import { describe, expect, it } from 'vitest'
import { expectHonest, expectHonestEverywhere, hostileValues } from '../hostile-values.ts'

const day = 86_400_000
const since = Date.UTC(2026, 10, 1)
const graceMs = 14 * day
const required: Policy = { factors: { required: { since, graceMs } } }
const account: PolicyAccount = { hasFactor: false, graceStartedAt: null }

describe('definePolicy', () => {
  it('returns a valid policy unchanged', () => {
    expect(definePolicy(required)).toEqual(required)
    expect(definePolicy({ factors: 'optional' })).toEqual(defaultPolicy)
    expect(definePolicy({ factors: { required: { since: 0, graceMs: maxGraceMs } } })).toBeTruthy()
  })

  it.each([
    ['an unknown key', { factors: 'optional', factor: 'required' }, /policy knows only factors/],
    ['a missing key', {}, /policy\.factors must be/],
    ['an unknown word', { factors: 'required' }, /policy\.factors must be/],
    ['an unknown key below', { factors: { required: { since, graceMs }, by: 1 } }, /knows only required/],
    ['a misspelled key', { factors: { required: { since, gracems: 1 } } }, /knows only since, graceMs/],
    ['no requirement', { factors: {} }, /policy\.factors\.required must be/],
    ['a negative grace', { factors: { required: { since, graceMs: -1 } } }, /graceMs must be/],
    ['an endless grace', { factors: { required: { since, graceMs: Infinity } } }, /graceMs must be/],
    ['a grace above the cap', { factors: { required: { since, graceMs: maxGraceMs + 1 } } }, /graceMs must be/],
    ['a date for a time', { factors: { required: { since: new Date(), graceMs } } }, /since must be/],
  ])('refuses %s, naming the key', (_, wrong, message) => {
    expect(() => definePolicy(wrong as Policy)).toThrow(expect.objectContaining({ code: 'NL_CONFIG' }))
    expect(() => definePolicy(wrong as Policy)).toThrow(message)
  })

  it('answers hostile values with a policy or a NightlatchError', () => {
    expectHonestEverywhere(definePolicy, required)
    for (const value of hostileValues) {
      expectHonest(() => definePolicy({ factors: { required: value as never } }))
      expectHonest(() => definePolicy({ factors: { required: { since: value as number, graceMs } } }))
      expectHonest(() => definePolicy({ factors: { required: { since, graceMs: value as number } } }))
    }
  })
})

describe('requirement', () => {
  it('is none where factors are optional', () => {
    expect(requirement({ policy: defaultPolicy, account, now: since })).toBe('none')
  })

  it('is none for an account with a factor', () => {
    const now = since + 100 * day
    expect(requirement({ policy: required, account: { ...account, hasFactor: true }, now })).toBe('none')
  })

  it('is enroll-now where there is no grace', () => {
    const policy: Policy = { factors: { required: { since, graceMs: 0 } } }
    expect(requirement({ policy, account, now: since })).toBe('enroll-now')
  })

  it('counts the grace from the first sign-in, to the millisecond', () => {
    const first = since + 3 * day
    const enrollBy = first + graceMs
    expect(requirement({ policy: required, account, now: first })).toEqual({ enrollBy })
    const known = { ...account, graceStartedAt: graceStart({ policy: required, account, now: first }) }
    expect(requirement({ policy: required, account: known, now: enrollBy - 1 })).toEqual({ enrollBy })
    expect(requirement({ policy: required, account: known, now: enrollBy })).toBe('enroll-now')
    expect(requirement({ policy: required, account: known, now: enrollBy + 365 * day })).toBe('enroll-now')
  })

  it('keeps the end of the grace when the person signs in again', () => {
    let graceStartedAt: number | null = null
    const answers: unknown[] = []
    for (let at = 0; at <= 16; at++) {
      const now = since + at * day
      graceStartedAt = graceStart({ policy: required, account: { ...account, graceStartedAt }, now })
      answers.push(requirement({ policy: required, account: { ...account, graceStartedAt }, now }))
    }
    const enrollBy = since + graceMs
    expect(answers).toEqual([...new Array<unknown>(14).fill({ enrollBy }), ...new Array<unknown>(3).fill('enroll-now')])
  })

  it('keeps the end of the grace when a factor is enrolled and removed', () => {
    const enrolled: PolicyAccount = { hasFactor: true, graceStartedAt: null }
    const graceStartedAt = graceStart({ policy: required, account: enrolled, now: since })
    expect(graceStartedAt).toBe(since)
    const removed: PolicyAccount = { hasFactor: false, graceStartedAt }
    expect(requirement({ policy: required, account: removed, now: since + graceMs })).toBe('enroll-now')
  })

  it('keeps the end of the grace when factors are optional for a while', () => {
    const started: PolicyAccount = { hasFactor: false, graceStartedAt: since }
    const kept = graceStart({ policy: defaultPolicy, account: started, now: since + day })
    expect(kept).toBe(since)
    const back = { ...started, graceStartedAt: kept }
    expect(requirement({ policy: required, account: back, now: since + graceMs })).toBe('enroll-now')
  })

  it('starts a new grace only for a later requirement', () => {
    const later: Policy = { factors: { required: { since: since + 100 * day, graceMs } } }
    const started: PolicyAccount = { hasFactor: false, graceStartedAt: since }
    const now = since + 101 * day
    expect(requirement({ policy: required, account: started, now })).toBe('enroll-now')
    expect(requirement({ policy: later, account: started, now })).toEqual({ enrollBy: now + graceMs })
  })

  it('works with a clock that runs behind', () => {
    const early = since - 5000
    const graceStartedAt = graceStart({ policy: required, account, now: early })
    expect(graceStartedAt).toBe(since)
    const known = { ...account, graceStartedAt }
    expect(graceStart({ policy: required, account: known, now: early - 5000 })).toBe(since)
    expect(requirement({ policy: required, account: known, now: early - 5000 })).toEqual({ enrollBy: since + graceMs })
  })

  it('answers hostile values with a requirement or a NightlatchError', () => {
    for (const ask of [requirement, graceStart]) {
      const good = { policy: required, account, now: since }
      expectHonestEverywhere<typeof good>(ask, good)
      for (const value of hostileValues) {
        expectHonest(() => ask({ ...good, account: { ...account, hasFactor: value as boolean } }))
        expectHonest(() => ask({ ...good, account: { ...account, graceStartedAt: value as number } }))
      }
    }
  })
})
