import type { Factor, Method } from '../../factor.ts'
import { factors, methods } from '../../factor.ts'
import type { Settings } from '../record/settings.ts'
import type { AccountState } from '../record/state.ts'
import { factorRules } from './registry.ts'

/**
 * Factors that can be shown now. One that the hard stop switched off, or that this server is not configured for, is
 * left out. Of an account that only passkeys open, passkeys are all.
 */
export function liveFactors(state: AccountState, settings: Settings): Factor[] {
  const asked = factors.filter((factor) => factor === 'passkey' || !state.passkey.only)
  return asked.filter((factor) => factorRules[factor].isUsable(state, settings))
}

/** What to ask for first: the owner's choice while it is live. */
export function preferredFactor(state: AccountState, settings: Settings): Factor | null {
  const live = liveFactors(state, settings)
  return live.find((factor) => factor === state.preferred) ?? live[0] ?? null
}

export function enrolledMethods(state: AccountState): Method[] {
  return methods.filter((method) => factorRules[method].isEnrolled(state))
}

/** A second factor is asked for if one is enrolled, even when every factor is switched off: that is no way in. */
export function hasFactor(state: AccountState): boolean {
  return methods.some((method) => factorRules[method].isEnrolled(state))
}
