import type { DraftFact } from '../../events/catalogue.ts'
import type { CodeCheck } from './check-code.ts'
import { checkCode } from './check-code.ts'
import type { Flow, Verdict } from './verdict.ts'
import { chargeFailure } from './verdict.ts'
import type { SmsPurpose } from '../../sms/index.ts'
import type { TaskResult } from '../record/tasks.ts'
import type { Factor } from '../../factor.ts'
import { knownDeviceOf } from '../sessions/session.ts'
import type { AccountState } from '../record/state.ts'
import type { Source } from './throttle.ts'
import { sourceOf, waitUntil } from './throttle.ts'
import type { Client, Context } from '../record/step.ts'

/** A code typed by somebody who is signed in already: same check, same budget as at sign-in. */
export interface TypedCode {
  readonly code: string
  readonly factor: Factor | null
  readonly client: Client
}

/** Why a code outside sign-in was not accepted. `replayed` reads as `wrong` outside. */
export interface CodeRefusal {
  readonly ok: false
  readonly reason: 'wrong' | 'wait' | 'malformed' | 'expired' | 'factors-off'
  /** ms since epoch */
  readonly retryAt: number | null
}

export function sourceAt(state: AccountState, client: Client): Source {
  return sourceOf(client, knownDeviceOf(state, client)?.id ?? null)
}

export function askCode(
  state: AccountState,
  { code, factor, client }: TypedCode,
  request: { readonly purpose: SmsPurpose; readonly id: string },
  { now, settings }: Context,
  evidence: readonly TaskResult[],
): CodeCheck {
  return checkCode(state, { code, factor, request, source: sourceAt(state, client), now, settings }, evidence)
}

/** The refusal that needs no write; null when the check goes on to `decide`. */
export function unevaluated(check: CodeCheck): CodeRefusal | null {
  if (check.status === 'wait') return { ok: false, reason: 'wait', retryAt: check.retryAt }
  if (check.status === 'malformed' || check.status === 'expired') {
    return { ok: false, reason: check.status, retryAt: null }
  }
  if (check.status === 'no-factor') return { ok: false, reason: 'factors-off', retryAt: null }
  return null
}

export function waitFacts(refusal: Pick<CodeRefusal, 'reason'>, flow: Flow): readonly DraftFact[] {
  return refusal.reason === 'wait' ? [{ type: 'excess_rate_limit_exceeded', values: { flow, sampled: 1 } }] : []
}

/** Pays for an evaluated wrong code. */
export function refuseCode(
  state: AccountState,
  client: Client,
  now: number,
  failed: { readonly flow: Flow; readonly compared: readonly Factor[]; readonly reason: 'wrong' | 'replayed' },
): Verdict & { readonly refusal: CodeRefusal & { readonly reason: 'wrong' } } {
  const source = sourceAt(state, client)
  const charged = chargeFailure(state, { ...failed, source, client, now })
  const retryAt = waitUntil(charged.state.throttle, source, now)
  return { ...charged, refusal: { ok: false, reason: 'wrong', retryAt } }
}
