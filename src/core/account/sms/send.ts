import { sourceAt } from '../guessing/typed-code.ts'
import { liveFactors } from '../factors/live-factors.ts'
import type { SessionScope, Authorization } from '../sessions/session.ts'
import { authorize } from '../sessions/session.ts'
import type { SendRefusal, SendRequest, SmsQueued } from './code.ts'
import { refuseSend, refusalFacts, planSend, sendCode, sendToNumber } from './code.ts'
import type { AccountState } from '../record/state.ts'
import { waitUntil } from '../guessing/throttle.ts'
import type { Client, Context, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'
import { pending } from './confirm.ts'

/** A code for somebody who is signed in. */
export interface SendSms {
  readonly auth: Authorization
  readonly client: Client
}

export type SendSmsResult<Missing extends string> =
  | SmsQueued
  | { readonly ok: false; readonly reason: 'signed-out' | SendRefusal | Missing; readonly retryAt: number | null }

/** What is to be sent, or why there is nothing. */
type Find<Missing extends string> = (
  state: AccountState,
  command: SendSms,
  context: Context,
) => SendRequest | { readonly missing: Missing; readonly retryAt: number | null }

/** Once more, for the number that waits to be proven. */
export const sendEnrollmentCode: UseCase<SendSms, SendSmsResult<'no-enrollment'>> = sending(
  'sms',
  (state, { auth }, { now }) => {
    const session = auth.kind === 'grant' ? auth.grant.session : null
    const listed = state.sessions.find(({ id }) => id === session) ?? null
    const to = pending(state, listed, now)
    if (to === null) return { missing: 'no-enrollment', retryAt: null }
    return { purpose: 'verify-number', request: to.id, to, path: 'state/sms/enrollment/phone', own: true }
  },
)

export const sendStepUpCode: UseCase<SendSms, SendSmsResult<'no-number' | 'wait'>> = sending(
  'full',
  (state, { auth, client }, { now, settings }) => {
    const live = auth.kind === 'grant' && liveFactors(state, settings).includes('sms')
    const send = live ? sendToNumber(state, { purpose: 'step-up', request: auth.grant.session, own: true }) : null
    if (send === null) return { missing: 'no-number', retryAt: null }
    // No code is evaluated during a wait, so none is sent.
    const retryAt = waitUntil(state.throttle, sourceAt(state, client), now)
    return retryAt === null ? send : { missing: 'wait', retryAt }
  },
)

function sending<Missing extends string>(
  admits: SessionScope,
  find: Find<Missing>,
): UseCase<SendSms, SendSmsResult<Missing>> {
  return {
    plan(state, command, context, evidence) {
      const authorized = authorize(state, command.auth, context.now, admits)
      if (!authorized.ok) return done({ ok: false, reason: 'signed-out', retryAt: null })
      const send = find(state, command, context)
      if ('missing' in send) return done({ ok: false, reason: send.missing, retryAt: send.retryAt })
      const plan = planSend(state, send, context, evidence)
      if (plan.status === 'need') return { step: 'need', tasks: plan.proofs }
      return plan.status === 'refused'
        ? done(refuseSend(plan), refusalFacts(plan, send.purpose, send.to.country))
        : ready
    },
    decide(state, command, context, evidence) {
      const send = find(state, command, context)
      const plan = 'missing' in send ? null : planSend(state, send, context, evidence)
      if ('missing' in send || plan?.status !== 'ready') {
        return decided(state, { ok: false, reason: 'denied', retryAt: null })
      }
      const sent = sendCode(state, send, plan, context)
      const { resendAt, expiresAt } = sent
      return decided<SendSmsResult<Missing>>(
        sent.state,
        { ok: true, to: send.to.masked, resendAt, expiresAt },
        { events: [sent.event], messages: [sent.message] },
      )
    },
  }
}
