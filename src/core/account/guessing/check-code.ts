import type { CodeFactor, Factor } from '../../factor.ts'
import { codeFactors } from '../../factor.ts'
import { liveFactors } from '../factors/live-factors.ts'
import type { CodeMatch } from '../factors/factor-types.ts'
import { factorRules } from '../factors/registry.ts'
import type { CodeQuestion, CodeShape } from '../factors/rules.ts'
import type { AccountState } from '../record/state.ts'
import type { Task, TaskResults } from '../record/tasks.ts'
import { costOf } from './cost.ts'
import { holdUntil, sourceWait } from './throttle.ts'

/** What a text is found to be. `need` asks for tasks. Any other status is final for this state and these results. */
export type CodeCheck =
  | { readonly status: 'wait'; readonly retryAt: number }
  | { readonly status: 'no-factor' | 'malformed' }
  /** It looks like a sent code, but none is live. It expired, was used, or was sent for something else. */
  | { readonly status: 'expired' }
  | { readonly status: 'need'; readonly tasks: readonly Task[] }
  | ({ readonly status: 'wrong' } & WrongCode)
  | ({ readonly status: 'used' } & UsedCode)
  | CodeMatch

/** A wrong code that was evaluated. */
export interface WrongCode {
  readonly compared: readonly CodeFactor[]
  /** What it draws from the luck of its source, in millionths. Null: nobody can guess a code of its shape. */
  readonly cost: number | null
}

/** A right code that was used already. `factor` accepted it. */
export interface UsedCode extends WrongCode {
  readonly factor: CodeFactor
  readonly authenticator: string | null
}

/** Compares a text with every live factor whose codes have its shape. */
export function checkCode(state: AccountState, question: CodeQuestion, results: TaskResults): CodeCheck {
  const live: readonly Factor[] = liveFactors(state, question.settings, question.source)
  const asked = codeFactors.filter((factor) => question.factor === null || factor === question.factor)
  return checkUnlessWaiting(
    asked.filter((factor) => live.includes(factor)),
    state,
    question,
    results,
  )
}

/** Compares a text with the backup codes only. It is for recovery. */
export function checkRecoveryCode(state: AccountState, question: CodeQuestion, results: TaskResults): CodeCheck {
  return checkUnlessWaiting(['backup-code'], state, question, results)
}

/**
 * A code is not evaluated during a wait, under the lock, or without enough luck. For a code of 64 bits or more only the
 * wait of its source counts, because nobody can guess it [BC-7].
 */
function checkUnlessWaiting(
  factors: readonly CodeFactor[],
  state: AccountState,
  question: CodeQuestion,
  results: TaskResults,
): CodeCheck {
  const { source, now, settings } = question
  const wait = sourceWait(state.throttle, source, now)
  if (wait !== null) return { status: 'wait', retryAt: wait }
  if (factors.length === 0) return { status: 'no-factor' }
  const shapes = factors.map((factor) => readCode(factor, state, question))
  const strong = factors.filter((_, at) => shapes[at] === 'strong')
  if (strong.length > 0) return compare(strong, null, state, question, results)
  const guessable = factors.filter((_, at) => typeof shapes[at] === 'number')
  const digits = shapes.find((shape) => typeof shape === 'number')
  if (digits === undefined) return { status: shapes.includes('expired') ? 'expired' : 'malformed' }
  const cost = costOf(state, guessable, digits, settings)
  const retryAt = holdUntil(state, source, cost, now)
  return retryAt === null ? compare(guessable, cost, state, question, results) : { status: 'wait', retryAt }
}

function readCode(factor: CodeFactor, state: AccountState, question: CodeQuestion): CodeShape {
  return factorRules[factor].code?.read(state, question) ?? 'malformed'
}

/**
 * Compares with one factor after the other, those with cheap tasks first. A slow hash runs only if none of them
 * matched.
 */
function compare(
  compared: readonly CodeFactor[],
  cost: number | null,
  state: AccountState,
  question: CodeQuestion,
  results: TaskResults,
): CodeCheck {
  let used: Pick<UsedCode, 'factor' | 'authenticator'> | null = null
  for (const factor of compared) {
    const answer = factorRules[factor].code?.check(state, question, results)
    if (answer?.status === 'need' || answer?.status === 'matched') return answer
    if (answer?.status === 'used') used ??= { factor, authenticator: answer.authenticator }
  }
  return used === null ? { status: 'wrong', compared, cost } : { status: 'used', ...used, compared, cost }
}
