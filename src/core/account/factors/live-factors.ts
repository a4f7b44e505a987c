import type { Factor, Method } from '../../factor.ts'
import { factors, isCodeFactor, methods } from '../../factor.ts'
import { isStopped } from '../guessing/hard-count.ts'
import type { Source } from '../guessing/source.ts'
import type { Settings } from '../record/settings.ts'
import type { AccountState } from '../record/state.ts'
import { factorRules } from './registry.ts'

/**
 * Factors that can be shown now. A factor that the hard stop switched off is left out, and so is one that this server
 * is not configured for. A passkey-only account has passkeys only. With a source, factors that are stopped for it are
 * left out too.
 */
export function liveFactors(state: AccountState, settings: Settings, source: Source | null = null): Factor[] {
  const asked = factors.filter((factor) => factor === 'passkey' || !state.passkey.only)
  const usable = asked.filter((factor) => factorRules[factor].isUsable(state, settings))
  return source === null
    ? usable
    : usable.filter((factor) => !isCodeFactor(factor) || !isStopped(state[factor], source))
}

/** The factor to ask for first. It is the owner's choice if that is live. */
export function preferredFactor(state: AccountState, settings: Settings, source: Source | null = null): Factor | null {
  const live = liveFactors(state, settings, source)
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
