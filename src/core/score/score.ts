import { argumentError, requireObject, requireOneOf } from '../arguments.ts'
import { requireFacts } from './facts.ts'
import type { ScoreFacts } from './facts.ts'
import { partsOf, risksOf, sumOf } from './parts.ts'
import type { ScorePart, ScoreRisk } from './parts.ts'
import { securitySteps, takeStep } from './steps.ts'
import type { SecurityStep } from './steps.ts'

export type ScoreLevel = 'low' | 'fair' | 'good' | 'strong'

export interface Score {
  readonly level: ScoreLevel
  /** 0 to 100. */
  readonly score: number
  /** The score is the sum of their earned points. */
  readonly parts: readonly ScorePart[]
  readonly risks: readonly ScoreRisk[]
  /** Steps that would raise the score, the greatest gain first. */
  readonly advice: readonly { readonly id: SecurityStep; readonly gain: number }[]
}

const bands: readonly (readonly [ScoreLevel, number])[] = [
  ['strong', 86],
  ['good', 65],
  ['fair', 40],
]

function levelOf(score: number): ScoreLevel {
  return bands.find(([, from]) => score >= from)?.[0] ?? 'low'
}

/**
 * Grades an account: a level, a score, its parts, the risks to name, and the gain of each further step.
 *
 * `strong` (from 86) needs a passkey and a second way in. `good` begins at 65, `fair` at 40. Adding a factor or a
 * setting never lowers the score. The score is for people to read, never for an access decision [SCR-6]. `offered` has
 * the steps that the host offers. The default is all of them.
 *
 * @contract pure · points 0–100 · low|fair|good|strong · throws NL_ARGUMENT · NIST SP 800-63B §2.2.2, §3.2.5, §3.2.9
 * @example
 * const { level, risks } = score({ ...facts, totpAuthenticators: 1 })
 * risks // ['no-recovery']
 */
export function score(
  facts: ScoreFacts,
  options: { readonly offered?: readonly SecurityStep[] | undefined } = {},
): Score {
  requireFacts(facts)
  requireObject(options, 'options')
  const { offered = securitySteps } = options
  if (!Array.isArray(offered)) throw argumentError('offered', 'an array')
  for (const step of offered) requireOneOf(step, 'each of offered', securitySteps)
  const parts = partsOf(facts)
  const total = sumOf(parts)
  const advice = securitySteps
    .filter((id) => offered.includes(id))
    .map((id) => ({ id, gain: sumOf(partsOf(takeStep(facts, id))) - total }))
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => b.gain - a.gain)
  return { level: levelOf(total), score: total, parts, risks: risksOf(facts, parts), advice }
}
