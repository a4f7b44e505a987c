import fc from 'fast-check'
import type { Fact, LoginSummary, SecurityEvent } from 'nightlatch/events'
import { cleanText, decodeEvent, decodeFact, decodeValue, encodeValue, summarizeLogins } from 'nightlatch/events'
import { describe, expect, it } from 'vitest'
import { event, fact, minute } from '../unit/events/history.ts'

const text = fc.string({ unit: 'binary', maxLength: 60 })
const length = fc.integer({ min: 1, max: 80 })

describe('cleanText', () => {
  it('[LOG-5] leaves no control, line break or invisible character, and keeps to its length', () => {
    fc.assert(
      fc.property(text, length, (dirty, maxLength) => {
        const clean = cleanText(dirty, maxLength)
        expect(clean).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u)
        expect([...clean].length).toBeLessThanOrEqual(maxLength)
        expect(cleanText(clean, maxLength)).toBe(clean)
      }),
    )
  })
})

describe('values', () => {
  it('are decoded as they were encoded, with cleaned text', () => {
    const value = fc.oneof(
      fc.record({ kind: fc.constant('text' as const), value: text }),
      fc.record({ kind: fc.constant('number' as const), value: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
      fc.record({ kind: fc.constant('flag' as const), value: fc.boolean() }),
      fc.record({ kind: fc.constant('list' as const), value: fc.array(text) }),
    )
    const clean = (item: unknown): unknown => (typeof item === 'string' ? cleanText(item, 512) : item)
    fc.assert(
      fc.property(value, (one) => {
        const expected = Array.isArray(one.value) ? one.value.map(clean) : clean(one.value)
        const decoded = decodeValue(one.kind, encodeValue(one.kind, one.value))
        expect(decoded === 0 ? 0 : decoded).toEqual(expected === 0 ? 0 : expected)
      }),
    )
  })

  it('of any stored row are decoded without an exception', () => {
    const fields = fc.dictionary(fc.oneof(text, fc.constantFrom('left', 'amr', 'aal', 'knownDevice', 'known')), text)
    const type = fc.oneof(text, fc.constantFrom('backup_code_use', 'authn_login_success', 'authn_login_fail'))
    fc.assert(
      fc.property(type, fields, fc.double(), (name, row, at) => {
        decodeEvent({ n: 1, type: name, at, fields: row })
        decodeFact({ id: 'f', type: name, at, fields: row })
      }),
    )
  })
})

interface Story {
  readonly events: readonly SecurityEvent[]
  readonly facts: readonly Fact[]
}

const challenge = fc.option(fc.constantFrom('c1', 'c2', 'c3', 'c4'), { nil: undefined })
const moment = fc.integer({ min: 0, max: 12 }).map(minute)
const eventKind = fc.constantFrom('authn_login_success', 'mfa_challenge', 'mfa_fail', 'session_end_all' as const)

/** A history with a new address in each row, clocks that disagree, and challenges in any order. */
const story: fc.Arbitrary<Story> = fc
  .record({
    events: fc.array(fc.record({ kind: eventKind, at: moment, challenge }), { maxLength: 30 }),
    facts: fc.array(fc.record({ at: moment, sampled: fc.option(fc.integer({ min: 1, max: 50 })) }), { maxLength: 20 }),
  })
  .map(({ events, facts }) => ({
    events: events.map(({ kind, at, challenge: id }, i) => {
      const values = { ip: `e${i}`, ...(kind === 'session_end_all' || id === undefined ? {} : { challenge: id }) }
      return event(kind, { n: i + 1, at, values })
    }),
    facts: facts.map(({ at, sampled }, i) =>
      sampled === null
        ? fact('authn_login_fail', { id: `f${i}`, at, values: { ip: `f${i}` } })
        : fact('excess_rate_limit_exceeded', { id: `f${i}`, at, values: { ip: `f${i}`, sampled } }),
    ),
  }))

const total = (rows: readonly LoginSummary[], kind: 'passwords' | 'codes' | 'blocked' | 'unfinished'): number =>
  rows.reduce((sum, { failedBefore }) => sum + failedBefore[kind], 0)

describe('summarizeLogins', () => {
  it('shows every sign-in once and attributes every failed attempt to exactly one row', () => {
    fc.assert(
      fc.property(story, ({ events, facts }) => {
        const rows = summarizeLogins(events, facts)
        const logins = events.filter(({ type }) => type === 'authn_login_success').map(({ n }) => n)
        expect(rows.filter((row) => row.status === 'success').map(({ n }) => n)).toEqual(logins.toReversed())
        expect(rows.slice(1).every(({ status }) => status === 'success')).toBe(true)

        const failedCodes = events.filter(({ type }) => type === 'mfa_fail').length
        expect(total(rows, 'codes')).toBe(failedCodes)
        expect(total(rows, 'passwords')).toBe(facts.filter(({ type }) => type === 'authn_login_fail').length)
        const blocked = facts.flatMap((one) => (one.type === 'excess_rate_limit_exceeded' ? [one.values.sampled!] : []))
        expect(total(rows, 'blocked')).toBe(blocked.reduce((sum, sampled) => sum + sampled, 0))

        // Each row of this history has its own address. An address shown twice is an attempt counted twice.
        const counted = failedCodes + facts.length + total(rows, 'unfinished')
        const shown = rows.flatMap(({ failedBefore }) => failedBefore.addresses)
        const hidden = rows.reduce((sum, { failedBefore }) => sum + failedBefore.moreAddresses, 0)
        expect(new Set(shown).size).toBe(shown.length)
        expect(shown.length + hidden).toBe(counted)
      }),
    )
  })

  it('counts a challenge as unfinished exactly if no later sign-in completed it', () => {
    fc.assert(
      fc.property(story, ({ events, facts }) => {
        const open = events.filter((one, i) => {
          if (one.type !== 'mfa_challenge') return false
          const id = one.values.challenge
          const first = events.findIndex(
            (other) => other.type === 'authn_login_success' && id !== undefined && other.values.challenge === id,
          )
          return first < i
        })
        expect(total(summarizeLogins(events, facts), 'unfinished')).toBe(open.length)
      }),
    )
  })

  it('does not depend on the order in which rows are given', () => {
    const shuffled = story.chain(({ events, facts }) =>
      fc.record({
        events: fc.constant(events),
        facts: fc.constant(facts),
        otherEvents: fc.shuffledSubarray([...events], { minLength: events.length }),
        otherFacts: fc.shuffledSubarray([...facts], { minLength: facts.length }),
      }),
    )
    fc.assert(
      fc.property(shuffled, ({ events, facts, otherEvents, otherFacts }) => {
        expect(summarizeLogins(otherEvents, otherFacts)).toEqual(summarizeLogins(events, facts))
      }),
    )
  })
})
