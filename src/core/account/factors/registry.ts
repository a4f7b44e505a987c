import type { Factor } from '../../factor.ts'
import { factors } from '../../factor.ts'
import { backupCodeRules } from '../backup-codes/rules.ts'
import { passkeyRules } from '../passkeys/rules.ts'
import type { AccountState } from '../record/state.ts'
import { smsRules } from '../sms/rules.ts'
import { totpRules } from '../totp/rules.ts'
import type { FactorStates } from './factor-types.ts'
import type { CodeSender, FactorRules } from './rules.ts'

/** The only list of factors, with the rules of each. */
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

/** The purposes of an account's sealed values. */
export const sealPurposes: readonly (readonly [path: string, purpose: string])[] = factors.flatMap(
  (factor) => factorRules[factor].sealPurposes ?? [],
)

/** The sender of the first of these factors whose codes can be sent. Null if there is none. */
export function senderOf(state: AccountState, asked: readonly Factor[]): CodeSender | null {
  for (const factor of asked) {
    const sender = factorRules[factor].sender?.(state)
    if (sender) return sender
  }
  return null
}

/** Calls `change` with each factor's rules, one after the other. */
export function throughFactors(
  state: AccountState,
  change: (state: AccountState, rules: (typeof factorRules)[Factor]) => AccountState,
): AccountState {
  return factors.reduce((changed, factor) => change(changed, factorRules[factor]), state)
}
