import type { StepUpPurpose } from '../../flow.ts'
import type { AssertionResponse } from '../../passkeys/index.ts'
import { signedInSource } from '../guessing/signed-in-source.ts'
import { failedFactor } from '../guessing/verdict.ts'
import { checkAssertion } from '../passkeys/assertion.ts'
import type { Ceremony } from '../passkeys/ceremony.ts'
import { ceremonyFault } from '../passkeys/ceremony.ts'
import type { Client } from '../record/context.ts'
import { referenceTo } from '../record/ids.ts'
import type { AccountState, Session } from '../record/state.ts'
import type { UseCase } from '../record/step.ts'
import { commit, done, need } from '../record/step.ts'
import type { UserAuthorization } from '../sessions/authorization.ts'
import { authorize } from '../sessions/authorization.ts'
import { isFull, spend } from '../sessions/spent-tokens.ts'
import type { Proven } from './prove.ts'
import { prove } from './prove.ts'

export interface VerifyStepUpPasskey {
  readonly auth: UserAuthorization
  readonly purpose: StepUpPurpose
  readonly ceremony: Ceremony
  readonly response: AssertionResponse
  readonly client: Client
}

export type VerifyStepUpPasskeyResult =
  Proven | { readonly ok: false; readonly reason: 'signed-out' | 'ceremony-ended' | 'wrong' | 'busy' }

/** A passkey gives the same proof as a code. It must verify its user if it did so before. */
export const verifyStepUpPasskey: UseCase<VerifyStepUpPasskey, VerifyStepUpPasskeyResult> = (
  state,
  command,
  context,
  results,
) => {
  const { auth, client, ceremony, response } = command
  const { now } = context
  const authorized = authorize(state, auth, now)
  const session = authorized.ok ? authorized.session : null
  if (session === null) return done({ ok: false, reason: 'signed-out' })
  const asked = { purpose: 'step-up', request: session.id, round: session.round } as const
  const fault = ceremonyFault(state, ceremony, asked, context)
  if (fault !== null) {
    const values = { flow: 'step-up', reason: `ceremony-${fault}` } as const
    return done({ ok: false, reason: 'ceremony-ended' }, [{ type: 'sequence_fail', values }])
  }
  if (isFull(state, 'spentProofs', { own: true }, now)) return done({ ok: false, reason: 'busy' })

  const passkey = state.passkey.credentials.find(({ id }) => id === response.id)
  const userVerification = passkey?.uvInitialized === true ? 'required' : 'preferred'
  const question = { ceremony, response, userVerification, otherFactor: false } as const
  const check = checkAssertion(state, question, context, results)
  if (check.status === 'need') return need(check.tasks)
  if (check.status === 'matched') {
    return prove(spend(state, 'spentProofs', ceremony, now), { ...command, session }, check, context)
  }
  const failed = failedFactor({
    flow: 'step-up',
    source: signedInSource(state, client, auth),
    compared: ['passkey'],
    reason: check.reason,
    authenticator: referenceTo(response.id),
  })
  return commit(raiseRound(state, session), { ok: false, reason: 'wrong' }, { events: [failed, ...check.events] })
}

/** A wrong answer voids every ceremony of this session that was made before it [PKA-12]. */
function raiseRound(state: AccountState, { id, round }: Session): AccountState {
  const sessions = state.sessions.map((one) => (one.id === id ? { ...one, round: round + 1 } : one))
  return { ...state, sessions }
}
