import type { DraftFact } from '../../events/catalogue.ts'
import type { Factor } from '../../factor.ts'
import type { Flow } from '../../flow.ts'
import type { CodeQuestion } from '../factors/rules.ts'
import type { Client, Context } from '../record/context.ts'
import type { AccountState } from '../record/state.ts'
import type { Step } from '../record/step.ts'
import { commit, done, need } from '../record/step.ts'
import type { TaskResults } from '../record/tasks.ts'
import type { CodeCheck, UsedCode, WrongCode } from './check-code.ts'
import { checkCode } from './check-code.ts'
import type { Source } from './source.ts'
import { waitUntil } from './throttle.ts'
import { chargeUsed } from './used-code.ts'
import { chargeFailure } from './verdict.ts'

/** A code as somebody typed it. */
export interface TypedCode {
  readonly code: string
  /** Only this factor is tried. If null, the shape of the text decides. */
  readonly factor: Factor | null
  readonly client: Client
}

/** Why a code of a signed-in session was not accepted. */
export interface CodeRefusal {
  readonly ok: false
  readonly reason: 'wrong' | 'used' | 'wait' | 'malformed' | 'expired' | 'factors-off'
  /** ms since epoch */
  readonly retryAt: number | null
}

export function questionOf(
  { code, factor }: Pick<TypedCode, 'code' | 'factor'>,
  asked: Pick<CodeQuestion, 'request' | 'source'>,
  { now, settings }: Pick<Context, 'now' | 'settings'>,
): CodeQuestion {
  return { code, factor, ...asked, now, settings }
}

export function checkTypedCode(
  state: AccountState,
  typed: TypedCode,
  asked: Pick<CodeQuestion, 'request' | 'source'>,
  context: Context,
  results: TaskResults,
): CodeCheck {
  return checkCode(state, questionOf(typed, asked, context), results)
}

/** The step for a code that did not match. Wrong and used codes are charged. Everything else was not evaluated. */
export function refuseTypedCode(
  state: AccountState,
  check: Exclude<CodeCheck, { status: 'matched' }>,
  attempt: CodeAttempt,
  { now }: Context,
): Step<CodeRefusal> {
  switch (check.status) {
    case 'need':
      return need(check.tasks)
    case 'wait':
      return done({ ok: false, reason: 'wait', retryAt: check.retryAt }, waitFacts(attempt.flow))
    case 'malformed':
    case 'expired':
      return done({ ok: false, reason: check.status, retryAt: null })
    case 'no-factor':
      return done({ ok: false, reason: 'factors-off', retryAt: null })
    case 'wrong':
      return refuseWrongCode(state, check, attempt, now)
    case 'used':
      return refuseUsedCode(state, check, attempt, now)
  }
}

interface CodeAttempt {
  readonly client: Client
  readonly source: Source
  readonly flow: Flow
}

/** Charges a wrong code that was evaluated. */
export function refuseWrongCode(
  state: AccountState,
  { compared, cost }: WrongCode,
  attempt: CodeAttempt,
  now: number,
): Step<CodeRefusal & { readonly reason: 'wrong' }> {
  const charged = chargeFailure(state, { ...attempt, compared, cost, now })
  const retryAt = waitUntil(charged.state, attempt.source, cost ?? 0, now)
  return commit(charged.state, { ok: false, reason: 'wrong', retryAt }, charged)
}

/** A right code that was used already only makes its source wait. */
export function refuseUsedCode(
  state: AccountState,
  used: UsedCode,
  attempt: CodeAttempt,
  now: number,
): Step<CodeRefusal & { readonly reason: 'used' }> {
  const charged = chargeUsed(state, { ...attempt, used, now })
  const retryAt = waitUntil(charged.state, attempt.source, used.cost ?? 0, now)
  return commit(charged.state, { ok: false, reason: 'used', retryAt }, charged)
}

export function waitFacts(flow: Flow): readonly DraftFact[] {
  return [{ type: 'excess_rate_limit_exceeded', values: { flow, sampled: 1 } }]
}
