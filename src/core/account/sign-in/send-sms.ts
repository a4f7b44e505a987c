import { liveFactors } from '../factors/live-factors.ts'
import { sourceOf, waitUntil } from '../guessing/throttle.ts'
import type { Client } from '../record/context.ts'
import type { UseCase } from '../record/step.ts'
import { commit, done, need } from '../record/step.ts'
import { sendCode, sendRefusalFacts, sendToNumber } from '../sms/code.ts'
import type { Challenge, OpenChallenge, RefusedChallenge } from './challenge.ts'
import { openChallenge, refuseEnded } from './challenge.ts'
import type { SmsDelivery } from './sms-delivery.ts'
import { deliveryOf } from './sms-delivery.ts'

export interface SendSignInCode {
  readonly challenge: Challenge
  readonly client: Client
}

export type SendSignInCodeResult = OpenChallenge | RefusedChallenge

/**
 * Sends a code by SMS for a challenge, the first or another one. The failures stay [SMS-5]. The code before it ends.
 */
export const sendSignInCode: UseCase<SendSignInCode, SendSignInCodeResult> = (
  state,
  { challenge, client },
  context,
  results,
) => {
  const ended = refuseEnded(state, challenge, context)
  if (ended !== null) return ended
  const stillOpen = (sms: SmsDelivery | null, retryAt: number | null): SendSignInCodeResult =>
    openChallenge(state, challenge, context, { reason: null, retryAt, sms })
  const source = sourceOf(state, client)
  const isLive = liveFactors(state, context.settings).includes('sms')
  const asked = { purpose: 'login', request: challenge.id, own: source.knownDevice } as const
  const send = isLive ? sendToNumber(state, asked) : null
  if (send === null) return done(stillOpen(null, null))
  // No code is evaluated during a wait, so none is sent.
  const wait = waitUntil(state.throttle, source, context.now)
  if (wait !== null) {
    return done(stillOpen({ status: 'refused', to: send.to.masked, reason: 'wait', retryAt: wait }, wait))
  }
  const answer = sendCode(state, send, context, results)
  if (answer.status === 'need') return need(answer.tasks)
  const sms = deliveryOf(send, answer)
  if (answer.status === 'refused') return done(stillOpen(sms, null), sendRefusalFacts(answer, send))
  const opened = openChallenge(answer.state, challenge, context, { reason: null, retryAt: null, sms })
  return commit<SendSignInCodeResult>(answer.state, opened, { events: [answer.event], messages: [answer.message] })
}
