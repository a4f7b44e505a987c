import type { Factor, Method } from '../../factor.ts'
import { factors, methods } from '../../factor.ts'
import type { Settings } from '../record/settings.ts'
import type { AccountState } from '../record/state.ts'
import { factorRules } from './registry.ts'

/**
 * Factors that can be shown now. A factor that the hard stop switched off is left out, and so is one that this server
 * is not configured for. A passkey-only account has passkeys only.
 */
export function liveFactors(state: AccountState, settings: Settings): Factor[] {
  const asked = factors.filter((factor) => factor === 'passkey' || !state.passkey.only)
  return asked.filter((factor) => factorRules[factor].isUsable(state, settings))
}

/** The factor to ask for first. It is the owner's choice if that is live. */
export function preferredFactor(state: AccountState, settings: Settings): Factor | null {
  const live = liveFactors(state, settings)
  return live.find((factor) => factor === state.preferred) ?? live[0] ?? null
}

export function enrolledMethods(state: AccountState): Method[] {
  return methods.filter((method) => factorRules[method].isEnrolled(state))
}

/**
 * Whether a factor is enrolled, so that a sign-in needs one. A factor that the hard stop switched off counts too.
 * Otherwise wrong codes would open the account.
 */
export function hasFactor(state: AccountState): boolean {
  return methods.some((method) => factorRules[method].isEnrolled(state))
}
