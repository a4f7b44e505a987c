import type { CodeQueued, SendRefusal, SendRefused } from '../factors/sent-code.ts'
import { answerSend, refuseSend } from '../factors/sent-code.ts'
import type { UseCase } from '../record/step.ts'
import { done } from '../record/step.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { authorize } from '../sessions/authorization.ts'
import { sendToNumber } from './code.ts'
import { pendingNumber } from './pending.ts'

export interface ResendSms {
  readonly auth: Authorization
}

export type ResendSmsResult = CodeQueued | SendRefused<'signed-out' | 'no-enrollment' | SendRefusal>

/** Sends one more code to the number that waits for its confirmation. */
export const resendSms: UseCase<ResendSms, ResendSmsResult> = (state, { auth }, context, results) => {
  const authorized = authorize(state, auth, context.now, 'sms')
  if (!authorized.ok) return done(refuseSend('signed-out'))
  const to = pendingNumber(state, authorized.session?.id ?? null, context.now)
  if (to === null) return done(refuseSend('no-enrollment'))
  const path = 'state/sms/enrollment/phone'
  const send = { purpose: 'verify-number', id: to.id, to, path, own: true } as const
  return answerSend(sendToNumber(state, send, context, results))
}
