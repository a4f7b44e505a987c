import type { TokenPayloads } from '../../token/index.ts'
import { hasFactor } from '../code-check.ts'
import type { CodeRefusal, TypedCode } from '../code-door.ts'
import { askCode, originAt, refuseCode, unevaluated, waitFacts } from '../code-door.ts'
import { creditSuccess } from '../code-verdict.ts'
import type { Authorization, StepUpPurpose } from '../session.ts'
import { authorize, newId } from '../session.ts'
import type { UseCase } from '../use-case.ts'
import { decided, done, ready } from '../use-case.ts'

export interface VerifyStepUp extends TypedCode {
  readonly auth: Extract<Authorization, { kind: 'grant' }>
  readonly purpose: StepUpPurpose
}

export type VerifyStepUpResult =
  | { readonly ok: true; readonly proof: TokenPayloads['proof'] }
  | { readonly ok: false; readonly reason: 'signed-out' | 'not-on'; readonly retryAt: null }
  | CodeRefusal

/** A code gives a short-lived proof, good once, for this session and purpose. */
export const verifyStepUp: UseCase<VerifyStepUp, VerifyStepUpResult> = {
  plan(state, command, context, evidence) {
    const authorized = authorize(state, command.auth, context.now)
    if (!authorized.ok) return done({ ...authorized, retryAt: null })
    if (!hasFactor(state)) return done({ ok: false, reason: 'not-on', retryAt: null })
    const check = askCode(state, command, context, evidence)
    if (check.status === 'need') return { step: 'need', proofs: check.proofs }
    const refusal = unevaluated(check)
    return refusal === null ? ready : done(refusal, waitFacts(refusal, 'step-up'))
  },

  decide(state, command, context, evidence) {
    const { auth, client, purpose } = command
    const { now, settings, entropy } = context
    const check = askCode(state, command, context, evidence)
    if (check.status !== 'matched') {
      const failed = check.status === 'wrong' ? check : { compared: [], reason: 'wrong' as const }
      const refused = refuseCode(state, client, now, { ...failed, door: 'step-up' })
      return decided<VerifyStepUpResult>(refused.state, refused.refusal, refused)
    }
    const origin = originAt(state, client)
    const credited = creditSuccess(state, { door: 'step-up', origin, client, now, match: check, entry: null })
    const proof: TokenPayloads['proof'] = {
      account: auth.grant.account,
      id: newId(entropy, 'proof'),
      session: auth.grant.session,
      epoch: state.epoch,
      expiresAt: now + settings.proofMs,
      purpose,
    }
    return decided<VerifyStepUpResult>(
      credited.state,
      { ok: true, proof },
      {
        events: [{ type: 'stepup_success', values: { purpose, factor: check.factor } }, ...credited.events],
        messages: credited.messages,
      },
    )
  },
}
