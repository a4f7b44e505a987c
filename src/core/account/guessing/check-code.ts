import type { CodeFactor, Factor } from '../../factor.ts'
import { codeFactors } from '../../factor.ts'
import { liveFactors } from '../factors/live-factors.ts'
import type { CodeMatch } from '../factors/factor-types.ts'
import { factorRules } from '../factors/registry.ts'
import type { CodeQuestion } from '../factors/rules.ts'
import type { AccountState } from '../record/state.ts'
import type { Task, TaskResults } from '../record/tasks.ts'
import { waitUntil } from './throttle.ts'

/** What a text is found to be. `need` asks for tasks. Any other status is final for this state and these results. */
export type CodeCheck =
  | { readonly status: 'wait'; readonly retryAt: number }
  | { readonly status: 'no-factor' | 'malformed' }
  /** It looks like a sent code, but none is live. It expired, was used, or was sent for something else. */
  | { readonly status: 'expired' }
  | { readonly status: 'need'; readonly tasks: readonly Task[] }
  | WrongCode
  | CodeMatch

export interface WrongCode {
  readonly status: 'wrong'
  readonly reason: 'wrong' | 'replayed'
  readonly compared: readonly CodeFactor[]
}

/** Compares a text with every live factor whose codes have its shape. */
export function checkCode(state: AccountState, question: CodeQuestion, results: TaskResults): CodeCheck {
  const live: readonly Factor[] = liveFactors(state, question.settings)
  const asked = codeFactors.filter((factor) => question.factor === null || factor === question.factor)
  return compareUnlessWaiting(
    asked.filter((factor) => live.includes(factor)),
    state,
    question,
    results,
  )
}

/** Compares a text with the backup codes only. It is for recovery. */
export function checkRecoveryCode(state: AccountState, question: CodeQuestion, results: TaskResults): CodeCheck {
  return compareUnlessWaiting(['backup-code'], state, question, results)
}

function compareUnlessWaiting(
  factors: readonly CodeFactor[],
  state: AccountState,
  question: CodeQuestion,
  results: TaskResults,
): CodeCheck {
  const retryAt = waitUntil(state.throttle, question.source, question.now)
  if (retryAt !== null) return { status: 'wait', retryAt }
  return factors.length === 0 ? { status: 'no-factor' } : compare(factors, state, question, results)
}

/**
 * Compares with one factor after the other, those with cheap tasks first. A slow hash runs only if none of them
 * matched.
 */
function compare(
  factors: readonly CodeFactor[],
  state: AccountState,
  question: CodeQuestion,
  results: TaskResults,
): CodeCheck {
  const compared: CodeFactor[] = []
  let reason: WrongCode['reason'] = 'wrong'
  let isExpired = false
  for (const factor of factors) {
    const answer = factorRules[factor].checkCode?.(state, question, results) ?? { status: 'malformed' }
    if (answer.status === 'need' || answer.status === 'matched') return answer
    if (answer.status === 'expired') isExpired = true
    if (answer.status !== 'wrong') continue
    compared.push(factor)
    if (answer.reason === 'replayed') reason = 'replayed'
  }
  if (compared.length === 0) return { status: isExpired ? 'expired' : 'malformed' }
  return { status: 'wrong', reason, compared }
}
