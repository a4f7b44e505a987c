import { liveFactors } from '../factors/live-factors.ts'
import { sourceOf, waitUntil } from '../guessing/throttle.ts'
import type { Client } from '../record/context.ts'
import type { UseCase } from '../record/step.ts'
import { done } from '../record/step.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { authorize } from '../sessions/authorization.ts'
import type { SmsQueued, SmsRefused } from '../sms/answer.ts'
import { answerSend, refuseSend } from '../sms/answer.ts'
import type { SendRefusal } from '../sms/code.ts'
import { sendToNumber } from '../sms/code.ts'

export interface SendStepUpCode {
  readonly auth: Authorization
  readonly client: Client
}

export type SendStepUpCodeResult = SmsQueued | SmsRefused<'signed-out' | 'no-number' | 'wait' | SendRefusal>

/** Sends a code by SMS for a step-up of this session. */
export const sendStepUpCode: UseCase<SendStepUpCode, SendStepUpCodeResult> = (
  state,
  { auth, client },
  context,
  results,
) => {
  const { now, settings } = context
  const authorized = authorize(state, auth, now)
  if (!authorized.ok) return done(refuseSend('signed-out'))
  const isLive = auth.kind === 'grant' && liveFactors(state, settings).includes('sms')
  const send = isLive ? sendToNumber(state, { purpose: 'step-up', request: auth.grant.session, own: true }) : null
  if (send === null) return done(refuseSend('no-number'))
  // No code is evaluated during a wait, so none is sent.
  const retryAt = waitUntil(state.throttle, sourceOf(state, client), now)
  return retryAt === null ? answerSend(state, send, context, results) : done(refuseSend('wait', retryAt))
}
