import type { CodeFactor, Factor } from '../../factor.ts'
import { factors } from '../../factor.ts'
import { backupCodeRules } from '../backup-codes/rules.ts'
import type { BackupCodeMatch } from '../backup-codes/rules.ts'
import type { BackupCodeState } from '../backup-codes/state.ts'
import { passkeyRules } from '../passkeys/rules.ts'
import type { PasskeyMatch } from '../passkeys/rules.ts'
import type { PasskeyState } from '../passkeys/state.ts'
import type { AccountState } from '../record/state.ts'
import { smsRules } from '../sms/rules.ts'
import type { SmsMatch } from '../sms/rules.ts'
import type { SmsState } from '../sms/state.ts'
import { totpRules } from '../totp/rules.ts'
import type { TotpMatch } from '../totp/rules.ts'
import type { TotpState } from '../totp/state.ts'
import type { FactorRules } from './rules.ts'

/** What an account keeps of each factor. */
export interface FactorStates {
  readonly totp: TotpState
  readonly 'backup-code': BackupCodeState
  readonly sms: SmsState
  readonly passkey: PasskeyState
}

/** What it is for each factor to be shown and right. */
export interface FactorMatches {
  readonly totp: TotpMatch
  readonly 'backup-code': BackupCodeMatch
  readonly sms: SmsMatch
  readonly passkey: PasskeyMatch
}

export type FactorMatch = FactorMatches[Factor]
export type CodeMatch = FactorMatches[CodeFactor]

/** The one list of factors with what each of them does. */
export const factorRules: { readonly [F in Factor]: FactorRules<F> } = {
  passkey: passkeyRules,
  totp: totpRules,
  sms: smsRules,
  'backup-code': backupCodeRules,
}

export const noFactors: FactorStates = {
  totp: totpRules.empty,
  'backup-code': backupCodeRules.empty,
  sms: smsRules.empty,
  passkey: passkeyRules.empty,
}

/** What each sealed value of an account is for. */
export const sealPurposes: readonly (readonly [path: string, purpose: string])[] = factors.flatMap(
  (factor) => factorRules[factor].sealPurposes ?? [],
)

/** Calls `change` of every factor's rules, one after the other. */
export function throughFactors(
  state: AccountState,
  change: (state: AccountState, rules: (typeof factorRules)[Factor]) => AccountState,
): AccountState {
  return factors.reduce((changed, factor) => change(changed, factorRules[factor]), state)
}
