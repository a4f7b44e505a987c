import type { DraftEvent, DraftFact } from '../../events/catalogue.ts'
import type { CodePurpose } from '../../flow.ts'
import type { DraftMessage } from '../record/messages.ts'
import type { AccountState } from '../record/state.ts'
import type { Step } from '../record/step.ts'
import { commit, done, need } from '../record/step.ts'
import type { Task } from '../record/tasks.ts'

/** A request for a code. */
export interface CodeRequest {
  readonly purpose: CodePurpose
  /** What the code is for: the id of a challenge, of a session or of an enrollment. */
  readonly id: string
  /** A known device or a signed-in session asked for it. */
  readonly own: boolean
}

export type SendRefusal = 'cooldown' | 'hourly' | 'daily' | 'limited' | 'denied' | 'country'

export interface RefusedSend {
  readonly status: 'refused'
  /** Masked. */
  readonly to: string
  readonly reason: SendRefusal
  /** ms since epoch. Null: not soon, or never. */
  readonly retryAt: number | null
  readonly facts: readonly DraftFact[]
}

export interface SentCode {
  readonly status: 'sent'
  /** Masked. */
  readonly to: string
  readonly state: AccountState
  readonly event: DraftEvent
  readonly message: DraftMessage
  /** ms since epoch */
  readonly resendAt: number
  readonly expiresAt: number
}

export type SendAnswer = { readonly status: 'need'; readonly tasks: readonly Task[] } | RefusedSend | SentCode

/** A code that was queued for a signed-in session. Times are ms since epoch. */
export interface CodeQueued {
  readonly ok: true
  /** Masked. */
  readonly to: string
  readonly resendAt: number
  readonly expiresAt: number
}

export interface SendRefused<Reason extends string = SendRefusal> {
  readonly ok: false
  readonly reason: Reason
  readonly retryAt: number | null
}

export function refuseSend<Reason extends string>(reason: Reason, retryAt: number | null = null): SendRefused<Reason> {
  return { ok: false, reason, retryAt }
}

/** The step for a code that the security page asked for. The same commit makes `change`. */
export function answerSend(
  answer: SendAnswer,
  change: (state: AccountState) => { readonly state: AccountState; readonly events: readonly DraftEvent[] } = (
    state,
  ) => ({ state, events: [] }),
): Step<CodeQueued | SendRefused> {
  if (answer.status === 'need') return need(answer.tasks)
  if (answer.status === 'refused') return done(refuseSend(answer.reason, answer.retryAt), answer.facts)
  const { to, event, message, resendAt, expiresAt } = answer
  const { state, events } = change(answer.state)
  const queued: CodeQueued = { ok: true, to, resendAt, expiresAt }
  return commit(state, queued, { events: [...events, event], messages: [message] })
}
