import { argumentError, requireInteger, requireObject, requireOneOf } from '../arguments.ts'

/** A weakness of the password that the host or nightlatch found out. Its age is none [SCR-4]. */
export type PasswordWeakness = 'breached' | 'short'

/**
 * What the score is made of: plain facts about one account. Order never matters, and there is no field for the age of a
 * password: changing a good password earns nothing.
 */
export interface ScoreFacts {
  /** Confirmed TOTP devices. */
  readonly totpAuthenticators: number
  /** All passkeys. */
  readonly passkeys: number
  /** Those of them that verified their user (PIN, finger, face) when they were made. */
  readonly userVerifiedPasskeys: number
  /** A phone number is verified and may receive codes. */
  readonly sms: boolean
  readonly backupCodesLeft: number
  /** Codes in the present set, used ones included; 0 if there is no set. */
  readonly backupCodesTotal: number
  readonly loginAlerts: boolean
  readonly ipRules: boolean
  readonly antiPhishingCode: boolean
  readonly passwordWeaknesses: readonly PasswordWeakness[]
}

const largestCount = 10_000

const weaknesses: readonly PasswordWeakness[] = ['breached', 'short']

function requireFlag(value: unknown, title: string): void {
  if (typeof value !== 'boolean') throw argumentError(title, 'true or false')
}

export function requireFacts(facts: ScoreFacts): void {
  requireObject(facts, 'facts')
  requireInteger(facts.totpAuthenticators, 'totpAuthenticators', { from: 0, to: largestCount })
  requireInteger(facts.passkeys, 'passkeys', { from: 0, to: largestCount })
  requireInteger(facts.userVerifiedPasskeys, 'userVerifiedPasskeys', { from: 0, to: facts.passkeys })
  requireInteger(facts.backupCodesTotal, 'backupCodesTotal', { from: 0, to: largestCount })
  requireInteger(facts.backupCodesLeft, 'backupCodesLeft', { from: 0, to: facts.backupCodesTotal })
  requireFlag(facts.sms, 'sms')
  requireFlag(facts.loginAlerts, 'loginAlerts')
  requireFlag(facts.ipRules, 'ipRules')
  requireFlag(facts.antiPhishingCode, 'antiPhishingCode')
  if (!Array.isArray(facts.passwordWeaknesses)) throw argumentError('passwordWeaknesses', 'an array')
  for (const weakness of facts.passwordWeaknesses) requireOneOf(weakness, 'each of passwordWeaknesses', weaknesses)
}
