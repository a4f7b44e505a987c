import { argumentError, requireInteger, requireObject, requireOneOf } from '../arguments.ts'

/** A known weakness of the password. The age of a password is none [SCR-4]. */
export type PasswordWeakness = 'breached' | 'short'

/**
 * The facts about one account that the score is calculated from. The order of the facts does not matter. There is no
 * field for the age of a password, because changing a good password earns nothing.
 */
export interface ScoreFacts {
  /** Confirmed TOTP authenticators. */
  readonly totpAuthenticators: number
  /** All passkeys. */
  readonly passkeys: number
  /** Those passkeys that verified their user (PIN, finger, face) at registration. */
  readonly userVerifiedPasskeys: number
  /** A phone number is verified and may receive codes. */
  readonly sms: boolean
  readonly backupCodesLeft: number
  /** Codes in the current set, used ones included. 0 without a set. */
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
