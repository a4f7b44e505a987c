import type { TokenPayloads } from '../../token/index.ts'
import type { OpenChallenge, SmsDelivery } from './challenge.ts'
import { openChallenge } from './challenge.ts'
import { sourceAt } from '../guessing/typed-code.ts'
import { liveFactors } from '../factors/live-factors.ts'
import { knownDeviceOf } from '../sessions/session.ts'
import type { SendPlan, SendRequest } from '../sms/code.ts'
import { refusalFacts, planSend, sendCode, sendToNumber } from '../sms/code.ts'
import type { AccountState } from '../record/state.ts'
import { waitUntil } from '../guessing/throttle.ts'
import type { Client, Context, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'
import { delivery } from './start.ts'
import type { RefusedChallenge } from './verify-code.ts'
import { endedChallenge } from './verify-code.ts'

export interface SendSignInCode {
  readonly challenge: TokenPayloads['challenge']
  readonly client: Client
}

export type SendSignInCodeResult = OpenChallenge | RefusedChallenge

/** A code by SMS for a challenge, the first or one more. It forgives no failure [SMS-5] and voids the one before. */
export const sendSignInCode: UseCase<SendSignInCode, SendSignInCodeResult> = {
  plan(state, command, context, evidence) {
    const over = endedChallenge(state, command.challenge, context)
    if (over !== null) return over
    const send = sendOf(state, command, context)
    const told = (sms: SmsDelivery | null, retryAt: number | null): SendSignInCodeResult =>
      openChallenge(state, command.challenge, context, { reason: null, retryAt, sms })
    if (send === null) return done(told(null, null))
    const { masked: to, country } = send.to
    // No code is evaluated during a wait, so none is sent.
    const wait = waitUntil(state.throttle, sourceAt(state, command.client), context.now)
    if (wait !== null) return done(told({ status: 'refused', to, reason: 'wait', retryAt: wait }, wait))
    const plan = planSend(state, send, context, evidence)
    if (plan.status === 'need') return { step: 'need', tasks: plan.proofs }
    return plan.status === 'refused'
      ? done(told(delivery(to, plan, null), null), refusalFacts(plan, 'login', country))
      : ready
  },
  decide(state, command, context, evidence) {
    const { challenge } = command
    const send = sendOf(state, command, context)
    const plan: SendPlan | null = send === null ? null : planSend(state, send, context, evidence)
    if (send === null || plan?.status !== 'ready') {
      return decided<SendSignInCodeResult>(
        state,
        openChallenge(state, challenge, context, { reason: null, retryAt: null }),
      )
    }
    const sent = sendCode(state, send, plan, context)
    const sms = delivery(send.to.masked, plan, sent)
    return decided<SendSignInCodeResult>(
      sent.state,
      openChallenge(sent.state, challenge, context, { reason: null, retryAt: null, sms }),
      { events: [sent.event], messages: [sent.message] },
    )
  },
}

function sendOf(state: AccountState, { challenge, client }: SendSignInCode, context: Context): SendRequest | null {
  if (!liveFactors(state, context.settings).includes('sms')) return null
  const own = knownDeviceOf(state, client) !== null
  return sendToNumber(state, { purpose: 'login', request: challenge.id, own })
}
