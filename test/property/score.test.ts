import fc from 'fast-check'
import { score, takeStep } from 'nightlatch/score'
import type { PasswordWeakness, ScoreFacts, SecurityStep } from 'nightlatch/score'
import { describe, expect, it } from 'vitest'

const count = fc.integer({ min: 0, max: 10_000 - 20 })
const facts: fc.Arbitrary<ScoreFacts> = fc
  .record({
    totpAuthenticators: count,
    passkeys: count,
    userVerifiedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    sms: fc.boolean(),
    backupCodesTotal: count,
    leftShare: fc.double({ min: 0, max: 1, noNaN: true }),
    loginAlerts: fc.boolean(),
    ipRules: fc.boolean(),
    antiPhishingCode: fc.boolean(),
    passwordWeaknesses: fc.array(fc.constantFrom<PasswordWeakness>('breached', 'short')),
  })
  .map(({ userVerifiedShare, leftShare, ...rest }) => ({
    ...rest,
    userVerifiedPasskeys: Math.floor(rest.passkeys * userVerifiedShare),
    backupCodesLeft: Math.floor(rest.backupCodesTotal * leftShare),
  }))

const anySteps = fc.shuffledSubarray<SecurityStep>([
  'add-passkey',
  'add-totp-authenticator',
  'renew-backup-codes',
  'change-password',
  'turn-on-login-alerts',
  'add-ip-rule',
  'set-anti-phishing-code',
])

describe('score', () => {
  it('[SCR-1] rises with every step by exactly the gain that the advice names', () => {
    fc.assert(
      fc.property(facts, anySteps, (start, path) => {
        let now = start
        for (const step of path) {
          const before = score(now)
          now = takeStep(now, step)
          const promised = before.advice.find(({ id }) => id === step)?.gain ?? 0
          expect(score(now).score).toBe(before.score + promised)
        }
      }),
    )
  })

  it('is the same after the same steps in any order', () => {
    fc.assert(
      fc.property(facts, anySteps, (start, path) => {
        const forward = path.reduce(takeStep, start)
        const backward = path.toReversed().reduce(takeStep, start)
        expect(score(backward)).toEqual(score(forward))
      }),
    )
  })

  it('changes no facts, and answers the same again', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const before = structuredClone(given)
        const first = score(given)
        expect(score(given)).toEqual(first)
        expect(given).toEqual(before)
      }),
    )
  })
})
