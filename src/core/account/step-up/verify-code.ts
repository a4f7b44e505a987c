import type { StepUpPurpose } from '../../flow.ts'
import { hasFactor } from '../factors/live-factors.ts'
import { signedInSource } from '../guessing/signed-in-source.ts'
import type { CodeRefusal, TypedCode } from '../guessing/typed-code.ts'
import { checkTypedCode, refuseTypedCode } from '../guessing/typed-code.ts'
import type { UseCase } from '../record/step.ts'
import { done } from '../record/step.ts'
import type { UserAuthorization } from '../sessions/authorization.ts'
import { authorize } from '../sessions/authorization.ts'
import type { Proven } from './prove.ts'
import { prove } from './prove.ts'

export interface VerifyStepUp extends TypedCode {
  readonly auth: UserAuthorization
  readonly purpose: StepUpPurpose
}

export type VerifyStepUpResult =
  | Proven
  | { readonly ok: false; readonly reason: 'signed-out' | 'not-on' | 'passkey-needed'; readonly retryAt: null }
  | CodeRefusal

/** A code gives a proof. */
export const verifyStepUp: UseCase<VerifyStepUp, VerifyStepUpResult> = (state, command, context, results) => {
  const { auth, client, purpose } = command
  const authorized = authorize(state, auth, context.now)
  const session = authorized.ok ? authorized.session : null
  if (session === null) return done({ ok: false, reason: 'signed-out', retryAt: null })
  if (!hasFactor(state)) return done({ ok: false, reason: 'not-on', retryAt: null })
  // The purpose decides what is asked for, never the client's choice [LIF-9].
  const needsPasskey = purpose === 'passkey-only' || state.passkey.only
  if (needsPasskey) return done({ ok: false, reason: 'passkey-needed', retryAt: null })
  const request = { purpose: 'step-up', id: auth.grant.session } as const
  const source = signedInSource(state, client, auth)
  const check = checkTypedCode(state, command, { request, source }, context, results)
  if (check.status === 'matched') return prove(state, { ...command, session }, check, context)
  return refuseTypedCode(state, check, { client, source, flow: 'step-up' }, context)
}
