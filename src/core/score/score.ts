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
  /** Their earned points sum to the score. */
  readonly parts: readonly ScorePart[]
  readonly risks: readonly ScoreRisk[]
  /** What would raise the score, the greatest gain first. */
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
 * Grades an account: a level, a score, its parts, the risks to name, and what each further step would add.
 *
 * `strong` (from 86) takes a passkey and a second way in, whatever else is done; `good` starts at 65, `fair` at 40.
 * Adding a factor or a setting never lowers the score. It is for people to read, never for an access decision [SCR-6].
 * `offered` names the steps that the host offers; by default all.
 *
 * @contract pure · points 0–100 · low|fair|good|strong · throws NL_ARGUMENT · NIST SP 800-63B §2.2.2, §3.2.5, §3.2.9
 * @example
 * score({ ...facts, totpAuthenticators: 1 }) // { level: 'fair', score: 45, risks: ['no-recovery'], parts, advice }
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
