import { requireOneOf } from '../arguments.ts'
import { requireFacts } from './facts.ts'
import type { ScoreFacts } from './facts.ts'

/**
 * Steps with which a person can raise the score. Adding a phone number is none, because it is the weakest
 * factor.
 */
export type SecurityStep =
  | 'add-passkey'
  | 'add-totp-authenticator'
  | 'renew-backup-codes'
  | 'change-password'
  | 'turn-on-login-alerts'
  | 'add-ip-rule'
  | 'set-anti-phishing-code'

const newSetSize = 10

const effects: Readonly<Record<SecurityStep, (facts: ScoreFacts) => Partial<ScoreFacts>>> = {
  'add-passkey': ({ passkeys, userVerifiedPasskeys }) => ({
    passkeys: passkeys + 1,
    userVerifiedPasskeys: userVerifiedPasskeys + 1,
  }),
  'add-totp-authenticator': ({ totpAuthenticators }) => ({ totpAuthenticators: totpAuthenticators + 1 }),
  'renew-backup-codes': () => ({ backupCodesLeft: newSetSize, backupCodesTotal: newSetSize }),
  'change-password': () => ({ passwordWeaknesses: [] }),
  'turn-on-login-alerts': () => ({ loginAlerts: true }),
  'add-ip-rule': () => ({ ipRules: true }),
  'set-anti-phishing-code': () => ({ antiPhishingCode: true }),
}

export const securitySteps: readonly SecurityStep[] = Object.keys(effects) as SecurityStep[]

/**
 * Gives the facts after a step.
 *
 * @contract pure · facts · throws NL_ARGUMENT
 * @example
 * takeStep(facts, 'add-totp-authenticator').totpAuthenticators // 1
 */
export function takeStep(facts: ScoreFacts, step: SecurityStep): ScoreFacts {
  requireFacts(facts)
  requireOneOf(step, 'step', securitySteps)
  return { ...facts, ...effects[step](facts) }
}
