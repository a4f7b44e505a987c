import { maskPhone } from '../../sms/phone.ts'
import type { EnrollRefusal } from '../factors/enrollment.ts'
import { authorizeEnrollment } from '../factors/enrollment.ts'
import type { CodeQueued, SendRefusal, SendRefused } from '../factors/sent-code.ts'
import { answerSend, refuseSend } from '../factors/sent-code.ts'
import type { Context } from '../record/context.ts'
import { newId } from '../record/ids.ts'
import { withFactor } from '../record/state.ts'
import { done } from '../record/step.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { sessionIdOf, spendProof } from '../sessions/authorization.ts'
import type { SendToNumber } from './code.ts'
import { phoneSecret, sendToNumber } from './code.ts'
import type { SmsEnrollment } from './state.ts'
import { unprovenUntil } from './unproven.ts'
import type { ChangeUseCase } from '../sessions/changes.ts'
import { asChange } from '../sessions/changes.ts'

export interface EnrollSms {
  readonly auth: Authorization
  /** E.164 */
  readonly phone: string
  readonly country: string
  readonly type: string
  readonly switching: boolean
}

export type EnrollSmsResult = CodeQueued | SendRefused<EnrollRefusal | SendRefusal>

/** A number is no factor before its code is confirmed [SMS-2]. A former number stays until then. */
export const enrollSms: ChangeUseCase<EnrollSms, EnrollSmsResult> = /* @__PURE__ */ asChange<
  EnrollSms,
  EnrollSmsResult
>((state, command, context, results) => {
  const authorized = authorizeEnrollment(state, command, 'sms', context)
  if (!authorized.ok) return done(refuseSend(authorized.reason))
  const until = unprovenUntil(state, context.now)
  if (until !== null) return done(refuseSend('daily', until))
  const send = sendTo(command, context)
  return answerSend(sendToNumber(state, send, context, results), (sent) => {
    const enrollment = enrollmentOf(command, send, context)
    const { id: authenticator, masked: label } = enrollment
    return {
      state: spendProof(withFactor(sent, 'sms', { enrollment }), command.auth, context.now),
      events: [{ type: 'mfa_enroll_start', values: { factor: 'sms', authenticator, label } }],
    }
  })
})

function sendTo({ phone, country, type }: EnrollSms, { entropy }: Context): SendToNumber {
  const id = newId(entropy, 'sms-number')
  const to = { id, masked: maskPhone(phone), country, type, phone: phoneSecret(phone) }
  return { purpose: 'verify-number', id, to, path: null, own: true }
}

function enrollmentOf({ auth, switching }: EnrollSms, { to }: SendToNumber, { now }: Context): SmsEnrollment {
  return { ...to, startedAt: now, session: sessionIdOf(auth), switching }
}
