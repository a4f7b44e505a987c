import { score, takeStep } from 'nightlatch/score'
import type { PasswordWeakness, Score, ScoreFacts, SecurityStep } from 'nightlatch/score'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { expectHonest, expectHonestEverywhere, hostileValues } from '../hostile-values.ts'
import { sourceFiles, walk } from '../source-tree.ts'

const nothing: ScoreFacts = {
  totpAuthenticators: 0,
  passkeys: 0,
  userVerifiedPasskeys: 0,
  sms: false,
  backupCodesLeft: 0,
  backupCodesTotal: 0,
  loginAlerts: false,
  ipRules: false,
  antiPhishingCode: false,
  passwordWeaknesses: [],
}
const hygiene = { loginAlerts: true, ipRules: true, antiPhishingCode: true }
const freshCodes = { backupCodesLeft: 10, backupCodesTotal: 10 }

const steps: readonly SecurityStep[] = [
  'add-passkey',
  'add-totp-authenticator',
  'renew-backup-codes',
  'change-password',
  'turn-on-login-alerts',
  'add-ip-rule',
  'set-anti-phishing-code',
]

/** Every account that the rules distinguish. */
const everyAccount: readonly ScoreFacts[] = (() => {
  const both = [false, true]
  const passkeys = [0, 1, 2].flatMap((all) => [0, 1, 2].filter((uv) => uv <= all).map((uv) => [all, uv] as const))
  const codes = [
    [0, 0],
    [0, 10],
    [3, 10],
    [4, 10],
    [10, 10],
    [1, 1],
  ] as const
  const weaknesses: readonly (readonly PasswordWeakness[])[] = [[], ['short'], ['breached'], ['short', 'breached']]
  const found: ScoreFacts[] = []
  for (const totpAuthenticators of [0, 1, 2])
    for (const [all, userVerifiedPasskeys] of passkeys)
      for (const sms of both)
        for (const [backupCodesLeft, backupCodesTotal] of codes)
          for (const loginAlerts of both)
            for (const ipRules of both)
              for (const antiPhishingCode of both)
                for (const passwordWeaknesses of weaknesses)
                  found.push({
                    totpAuthenticators,
                    passkeys: all,
                    userVerifiedPasskeys,
                    sms,
                    backupCodesLeft,
                    backupCodesTotal,
                    loginAlerts,
                    ipRules,
                    antiPhishingCode,
                    passwordWeaknesses,
                  })
  return found
})()

const graded: readonly (readonly [ScoreFacts, Score])[] = everyAccount.map((facts) => [facts, score(facts)])

/** A few accounts that break a rule. Thousands of single assertions would be slow. */
function exceptions(rule: (facts: ScoreFacts, result: Score) => boolean): readonly ScoreFacts[] {
  return graded
    .filter(([facts, result]) => !rule(facts, result))
    .map(([facts]) => facts)
    .slice(0, 3)
}

const factorsOf = ({ totpAuthenticators, passkeys, sms }: ScoreFacts): number =>
  totpAuthenticators + passkeys + Number(sms)

describe('the score of every account', () => {
  it('is a whole number from 0 to 100, the sum of its parts, and reaches both ends', () => {
    expect(
      exceptions((_, { score: total, parts }) => {
        const sum = parts.reduce((earned, part) => earned + part.earned, 0)
        const inRange = parts.every(({ earned, points }) => earned >= 0 && earned <= points)
        return Number.isInteger(total) && total >= 0 && total <= 100 && sum === total && inRange
      }),
    ).toEqual([])
    for (const [, { parts }] of graded.slice(0, 10)) {
      expect(parts.reduce((sum, { points }) => sum + points, 0)).toBe(100)
    }
    const totals = graded.map(([, { score: total }]) => total)
    expect(Math.min(...totals)).toBe(0)
    expect(Math.max(...totals)).toBe(100)
  })

  it('[SCR-1] ranks a user-verified passkey above any passkey, then TOTP, then SMS, and counts backup codes as recovery', () => {
    const kinds = [
      {},
      { sms: true },
      { totpAuthenticators: 1 },
      { passkeys: 1 },
      { passkeys: 1, userVerifiedPasskeys: 1 },
    ] satisfies Partial<ScoreFacts>[]
    for (const rest of [{}, freshCodes, hygiene, { ...freshCodes, ...hygiene }]) {
      const totals = kinds.map((kind) => score({ ...nothing, ...rest, ...kind }).score)
      expect(totals).toEqual([...new Set(totals)].sort((a, b) => a - b))
    }
    const withCodes = score({ ...nothing, ...freshCodes, totpAuthenticators: 1 })
    expect(withCodes.parts.find(({ id }) => id === 'recovery')).toMatchObject({ earned: 13, state: 'ready' })
    expect(score({ ...nothing, ...freshCodes }).score).toBe(score(nothing).score)
  })

  it('[SCR-1] never falls when something is added', () => {
    const additions: readonly ((facts: ScoreFacts) => ScoreFacts)[] = [
      (facts) => ({ ...facts, totpAuthenticators: facts.totpAuthenticators + 1 }),
      (facts) => ({ ...facts, passkeys: facts.passkeys + 1 }),
      (facts) => ({ ...facts, passkeys: facts.passkeys + 1, userVerifiedPasskeys: facts.userVerifiedPasskeys + 1 }),
      (facts) => ({ ...facts, userVerifiedPasskeys: facts.passkeys }),
      (facts) => ({ ...facts, sms: true }),
      (facts) => ({ ...facts, backupCodesLeft: facts.backupCodesTotal }),
      (facts) => ({ ...facts, ...freshCodes }),
      (facts) => ({ ...facts, loginAlerts: true }),
      (facts) => ({ ...facts, ipRules: true }),
      (facts) => ({ ...facts, antiPhishingCode: true }),
      (facts) => ({ ...facts, passwordWeaknesses: facts.passwordWeaknesses.slice(1) }),
      (facts) => ({ ...facts, passwordWeaknesses: facts.passwordWeaknesses.slice(0, 1) }),
    ]
    for (const add of additions) {
      expect(exceptions((facts, { score: before }) => score(add(facts)).score >= before)).toEqual([])
    }
  })

  it('[SCR-1] calls only passkeys phishing-resistant', () => {
    const said = JSON.stringify(graded.filter(([{ passkeys }]) => passkeys === 0).map(([, result]) => result))
    expect(said).not.toMatch(/phishing.?resist/i)
    const texts: string[] = []
    for (const { path, tree } of sourceFiles('src')) {
      walk(tree, (node) => {
        if (ts.isStringLiteralLike(node) && /phishing.?resist/i.test(node.text) && !/passkey/i.test(node.text)) {
          texts.push(`${path}: ${node.text}`)
        }
      })
    }
    expect(texts).toEqual([])
  })

  it('[SCR-2] is strong only with a passkey and another authenticator or backup codes', () => {
    const strong = graded.filter(([, { level }]) => level === 'strong')
    expect(strong.length).toBeGreaterThan(0)
    expect(
      exceptions(
        (facts, { level }) =>
          level !== 'strong' || (facts.passkeys > 0 && (factorsOf(facts) > 1 || facts.backupCodesLeft > 0)),
      ),
    ).toEqual([])
    expect(score({ ...nothing, ...hygiene, ...freshCodes, totpAuthenticators: 9, sms: true }).level).toBe('good')
    expect(
      score({ ...nothing, ...freshCodes, passkeys: 1, userVerifiedPasskeys: 1, totpAuthenticators: 1 }).level,
    ).toBe('strong')
  })

  it('[SCR-3] is at most fair with SMS as the only factor, and names the risk', () => {
    const onlySms = ({ sms, totpAuthenticators, passkeys }: ScoreFacts): boolean =>
      sms && totpAuthenticators + passkeys === 0
    expect(
      exceptions(
        (facts, { level, risks }) => !onlySms(facts) || (['low', 'fair'].includes(level) && risks.includes('sms-only')),
      ),
    ).toEqual([])
    expect(exceptions((facts, { risks }) => onlySms(facts) || !risks.includes('sms-only'))).toEqual([])
  })

  it('[SCR-4] does not depend on the age of a password', () => {
    for (const days of [0, 30, 10_000]) {
      const facts = { ...nothing, passwordAgeDays: days, passwordChangedAt: days * 86_400_000 }
      expect(score(facts)).toEqual(score(nothing))
    }
    expect(score({ ...nothing, passwordWeaknesses: ['breached'] }).score).toBeLessThan(score(nothing).score)
    expect(score({ ...nothing, passwordWeaknesses: ['short'] }).score).toBeLessThan(score(nothing).score)
    expect(
      exceptions(({ passwordWeaknesses }, { level }) => level !== 'strong' || !passwordWeaknesses.includes('breached')),
    ).toEqual([])
  })

  it('[SCR-5] is low without a factor, even with every other setting on', () => {
    expect(exceptions((facts, { level }) => factorsOf(facts) > 0 || level === 'low')).toEqual([])
    expect(exceptions((facts, { risks }) => risks.includes('no-factor') === (factorsOf(facts) === 0))).toEqual([])
  })

  it('does not depend on the order or repetition of its facts', () => {
    const facts = { ...nothing, passwordWeaknesses: ['short', 'breached', 'short'] as const }
    const reversed = Object.fromEntries(Object.entries(facts).reverse()) as unknown as ScoreFacts
    expect(score({ ...reversed, passwordWeaknesses: ['breached', 'short'] })).toEqual(score(facts))
  })

  it('names the risk of no recovery and of few backup codes', () => {
    expect(score({ ...nothing, totpAuthenticators: 1 }).risks).toEqual(['no-recovery'])
    expect(score({ ...nothing, totpAuthenticators: 2 }).risks).toEqual([])
    expect(score({ ...nothing, totpAuthenticators: 1, backupCodesLeft: 3, backupCodesTotal: 10 }).risks).toEqual([
      'backup-codes-low',
    ])
    expect(score({ ...nothing, passwordWeaknesses: ['breached'] }).risks).toEqual(['no-factor', 'password-breached'])
  })
})

describe('advice', () => {
  it('gives each step its exact gain, the greatest first', () => {
    expect(
      exceptions((facts, { score: before, advice }) => {
        const gains = new Map(advice.map(({ id, gain }) => [id, gain]))
        const exact = steps.every((step) => score(takeStep(facts, step)).score - before === (gains.get(step) ?? 0))
        const ordered = advice.every(({ gain }, at) => at === 0 || gain <= advice[at - 1]!.gain)
        return exact && ordered && advice.every(({ gain }) => gain > 0)
      }),
    ).toEqual([])
  })

  it('leads every account to 100', () => {
    expect(
      exceptions((start) => {
        let facts = start
        for (let taken = 0; taken < 10; taken++) {
          const [next] = score(facts).advice
          if (next === undefined) break
          facts = takeStep(facts, next.id)
        }
        return score(facts).score === 100
      }),
    ).toEqual([])
  })

  it('names only steps that the host offers, which does not change the score', () => {
    const all = score(nothing)
    const some = score(nothing, { offered: ['add-totp-authenticator', 'turn-on-login-alerts'] })
    expect(some.advice).toEqual(
      all.advice.filter(({ id }) => ['add-totp-authenticator', 'turn-on-login-alerts'].includes(id)),
    )
    expect({ ...some, advice: [] }).toEqual({ ...all, advice: [] })
    expect(score(nothing, { offered: [] }).advice).toEqual([])
  })

  it('never asks for a phone number', () => {
    expect(JSON.stringify(graded.map(([, { advice }]) => advice))).not.toContain('sms')
  })
})

describe('hostile values', () => {
  it('give a score or a NightlatchError', () => {
    expectHonestEverywhere(score, nothing)
    expectHonestEverywhere((facts: ScoreFacts) => takeStep(facts, 'add-passkey'), nothing)
    for (const value of hostileValues) {
      expectHonest(() => score(nothing, value as object))
      expectHonest(() => score(nothing, { offered: value as [] }))
      expectHonest(() => takeStep(nothing, value as SecurityStep))
      expectHonest(() => score({ ...nothing, passwordWeaknesses: [value as 'short'] }))
    }
  })

  it.each([
    ['more verified passkeys than passkeys', { userVerifiedPasskeys: 1 }],
    ['more codes left than there were', { backupCodesLeft: 1 }],
    ['a negative count', { totpAuthenticators: -1 }],
    ['half an authenticator', { totpAuthenticators: 0.5 }],
    ['a number for a flag', { sms: 1 as unknown as boolean }],
  ])('refuses %s', (_, wrong) => {
    expect(() => score({ ...nothing, ...wrong })).toThrow(expect.objectContaining({ code: 'NL_ARGUMENT' }))
  })
})
