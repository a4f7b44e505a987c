import { senderOf } from '../factors/registry.ts'
import { liveFactors } from '../factors/live-factors.ts'
import { guessCost } from '../guessing/cost.ts'
import { sourceOf } from '../guessing/source.ts'
import { waitUntil } from '../guessing/throttle.ts'
import type { Client } from '../record/context.ts'
import type { UseCase } from '../record/step.ts'
import { commit, done, need } from '../record/step.ts'
import type { Challenge, OpenChallenge, RefusedChallenge } from './challenge.ts'
import { openChallenge, refuseEnded } from './challenge.ts'
import type { CodeDelivery } from './delivery.ts'
import { deliveryOf } from './delivery.ts'

export interface SendSignInCode {
  readonly challenge: Challenge
  readonly client: Client
}

export type SendSignInCodeResult = OpenChallenge | RefusedChallenge

/** Sends a code for a challenge, the first or another one. The failures stay. The code before it ends. */
export const sendSignInCode: UseCase<SendSignInCode, SendSignInCodeResult> = (state, command, context, results) => {
  const { challenge, client } = command
  const ended = refuseEnded(state, command, context)
  if (ended !== null) return ended
  const source = sourceOf(state, client)
  const stillOpen = (delivery: CodeDelivery | null, retryAt: number | null): SendSignInCodeResult =>
    openChallenge(state, challenge, context, { reason: null, retryAt, source, delivery })
  const sender = senderOf(state, liveFactors(state, context.settings, source))
  if (sender === null) return done(stillOpen(null, null))
  // No code is evaluated during a wait, so none is sent.
  const wait = waitUntil(state, source, guessCost(state, context.settings), context.now)
  if (wait !== null) return done(stillOpen({ status: 'refused', to: sender.to, reason: 'wait', retryAt: wait }, wait))
  const request = { purpose: 'login', id: challenge.id, own: source.kind === 'device' } as const
  const answer = sender.send(request, context, results)
  if (answer.status === 'need') return need(answer.tasks)
  const delivery = deliveryOf(answer)
  if (answer.status === 'refused') return done(stillOpen(delivery, null), answer.facts)
  const opened = openChallenge(answer.state, challenge, context, { reason: null, retryAt: null, source, delivery })
  return commit(answer.state, opened, { events: [answer.event], messages: [answer.message] })
}
