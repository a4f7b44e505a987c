import type { CodeFactor } from '../../factor.ts'
import { codeFactors } from '../../factor.ts'
import { factorRules } from '../factors/registry.ts'
import type { Settings } from '../record/settings.ts'
import type { AccountState } from '../record/state.ts'

/**
 * What a code of so many digits costs, in millionths: how likely it is that a made-up text is right. It is the number
 * of texts that would be right now, over all factors that it is compared with, times 10^(6 − digits).
 */
export function costOf(
  state: AccountState,
  compared: readonly CodeFactor[],
  digits: number,
  settings: Settings,
): number {
  const right = compared.reduce(
    (sum, factor) => sum + (factorRules[factor].code?.rightTexts(state, digits, settings) ?? 0),
    0,
  )
  return right * 10 ** (6 - digits)
}

const lengths = [6, 7, 8]

/** The most that one guess can cost now, in millionths. */
export function guessCost(state: AccountState, settings: Settings): number {
  return Math.max(...lengths.map((digits) => costOf(state, codeFactors, digits, settings)))
}
