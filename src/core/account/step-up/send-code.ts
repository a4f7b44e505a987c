import { liveFactors } from '../factors/live-factors.ts'
import { senderOf } from '../factors/registry.ts'
import type { CodeQueued, SendRefusal, SendRefused } from '../factors/sent-code.ts'
import { answerSend, refuseSend } from '../factors/sent-code.ts'
import { guessCost } from '../guessing/cost.ts'
import { signedInSource } from '../guessing/signed-in-source.ts'
import { waitUntil } from '../guessing/throttle.ts'
import type { Client } from '../record/context.ts'
import type { UseCase } from '../record/step.ts'
import { done } from '../record/step.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { authorize } from '../sessions/authorization.ts'

export interface SendStepUpCode {
  readonly auth: Authorization
  readonly client: Client
}

export type SendStepUpCodeResult = CodeQueued | SendRefused<'signed-out' | 'no-number' | 'wait' | SendRefusal>

/** Sends a code for a step-up of this session. */
export const sendStepUpCode: UseCase<SendStepUpCode, SendStepUpCodeResult> = (
  state,
  { auth, client },
  context,
  results,
) => {
  const { now, settings } = context
  const authorized = authorize(state, auth, now)
  if (!authorized.ok) return done(refuseSend('signed-out'))
  const sender = senderOf(state, liveFactors(state, settings))
  if (auth.kind === 'system' || sender === null) return done(refuseSend('no-number'))
  // No code is evaluated during a wait, so none is sent.
  const retryAt = waitUntil(state, signedInSource(state, client, auth), guessCost(state, settings), now)
  if (retryAt !== null) return done(refuseSend('wait', retryAt))
  const request = { purpose: 'step-up', id: auth.grant.session, own: true } as const
  return answerSend(sender.send(request, context, results))
}
