import { limits } from '../../limits.ts'
import { maskPhone } from '../../sms/phone.ts'
import type { EnrollRefusal } from '../factors/enrollment.ts'
import { authorizeEnrollment } from '../factors/enrollment.ts'
import type { TaskResult } from '../record/tasks.ts'
import type { Authorization } from '../sessions/session.ts'
import { isRecent, newId, spendProof } from '../sessions/session.ts'
import type { SendRefusal, SendPlan, SendRequest, SmsQueued } from './code.ts'
import { refuseSend, refusalFacts, phoneSecret, planSend, sendCode } from './code.ts'
import type { AccountState, SmsEnrollment } from '../record/state.ts'
import type { Client, Context, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface EnrollSms {
  readonly auth: Authorization
  /** E.164 */
  readonly phone: string
  readonly country: string
  readonly type: string
  readonly switching: boolean
  readonly client: Client
}

export type EnrollSmsResult =
  SmsQueued | { readonly ok: false; readonly reason: EnrollRefusal | SendRefusal; readonly retryAt: number | null }

/** A number is no factor before a code that was sent to it came back [SMS-2]. A number that is on stays until then. */
export const enrollSms: UseCase<EnrollSms, EnrollSmsResult> = {
  plan(state, command, context, evidence) {
    const authorized = authorizeEnrollment(state, command, 'sms', context)
    if (!authorized.ok) return done({ ...authorized, retryAt: null })
    const plan = planned(state, command, context, evidence)
    if (plan.status === 'need') return { step: 'need', tasks: plan.proofs }
    return plan.status === 'refused'
      ? done(refuseSend(plan), refusalFacts(plan, 'verify-number', command.country))
      : ready
  },
  decide(state, command, context, evidence) {
    const { auth, phone, switching } = command
    const { now } = context
    const plan = planned(state, command, context, evidence)
    if (plan.status !== 'ready') return decided(state, { ok: false, reason: 'denied', retryAt: null })
    const send = sendTo(command, context)
    const { id, masked, country, type } = send.to
    const sent = sendCode(state, send, plan, context)
    const before = state.sms.enrollment
    const enrollment: SmsEnrollment = {
      id,
      phone: phoneSecret(phone),
      masked,
      country,
      type,
      startedAt: now,
      session: auth.kind === 'grant' ? auth.grant.session : null,
      // Beginning anew forgives no wrong code [SMS-5].
      failures: before !== null && isRecent(before.startedAt, limits.enrollmentMs, now) ? before.failures : 0,
      switching,
    }
    const { resendAt, expiresAt } = sent
    return decided<EnrollSmsResult>(
      spendProof({ ...sent.state, sms: { ...sent.state.sms, enrollment } }, auth, now),
      { ok: true, to: masked, resendAt, expiresAt },
      {
        events: [
          { type: 'mfa_enroll_start', values: { factor: 'sms', authenticator: enrollment.id, label: masked } },
          sent.event,
        ],
        messages: [sent.message],
      },
    )
  },
}

function sendTo({ phone, country, type }: EnrollSms, { entropy }: Context): SendRequest {
  const id = newId(entropy, 'sms-number')
  const to = { id, masked: maskPhone(phone), country, type, phone: phoneSecret(phone) }
  return { purpose: 'verify-number', request: id, to, path: null, own: true }
}

function planned(state: AccountState, command: EnrollSms, context: Context, evidence: readonly TaskResult[]): SendPlan {
  return planSend(state, sendTo(command, context), context, evidence)
}
