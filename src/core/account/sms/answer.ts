import type { Context } from '../record/context.ts'
import type { AccountState } from '../record/state.ts'
import type { Step } from '../record/step.ts'
import { commit, done, need } from '../record/step.ts'
import type { TaskResults } from '../record/tasks.ts'
import type { SendRefusal, SendRequest, Sent } from './code.ts'
import { sendCode, sendRefusalFacts } from './code.ts'

/** A code that was queued. Times are ms since epoch. */
export interface SmsQueued {
  readonly ok: true
  /** Masked. */
  readonly to: string
  readonly resendAt: number
  readonly expiresAt: number
}

export interface SmsRefused<Reason extends string = SendRefusal> {
  readonly ok: false
  readonly reason: Reason
  readonly retryAt: number | null
}

export function refuseSend<Reason extends string>(reason: Reason, retryAt: number | null = null): SmsRefused<Reason> {
  return { ok: false, reason, retryAt }
}

/** Sends a code for the security page. `written` gives what the commit writes beside the message. */
export function answerSend(
  state: AccountState,
  send: SendRequest,
  context: Context,
  results: TaskResults,
  written: (sent: Sent) => { readonly state: AccountState; readonly events: readonly Sent['event'][] } = (sent) => ({
    state: sent.state,
    events: [sent.event],
  }),
): Step<SmsQueued | SmsRefused> {
  const sent = sendCode(state, send, context, results)
  if (sent.status === 'need') return need(sent.tasks)
  if (sent.status === 'refused') return done(refuseSend(sent.reason, sent.retryAt), sendRefusalFacts(sent, send))
  const { resendAt, expiresAt } = sent
  const { state: after, events } = written(sent)
  return commit<SmsQueued>(
    after,
    { ok: true, to: send.to.masked, resendAt, expiresAt },
    { events, messages: [sent.message] },
  )
}
