import type { StepUpPurpose } from '../../flow.ts'
import type { TokenPayloads } from '../../token/index.ts'
import type { FactorMatch } from '../factors/factor-types.ts'
import { signedInSource } from '../guessing/signed-in-source.ts'
import { creditSuccess } from '../guessing/verdict.ts'
import type { Client, Context } from '../record/context.ts'
import { newId } from '../record/ids.ts'
import type { AccountState, Session } from '../record/state.ts'
import type { Step } from '../record/step.ts'
import { commit } from '../record/step.ts'
import type { UserAuthorization } from '../sessions/authorization.ts'
import { grantOf } from '../sessions/epoch.ts'

export interface Proven {
  readonly ok: true
  readonly proof: TokenPayloads['proof']
  /** The grant of the session with a fresh time. */
  readonly grant: TokenPayloads['grant']
}

/**
 * Makes a proof. It is short-lived and counts once, for this session and purpose. The age of the session begins anew,
 * because its owner was just there [SES-3].
 */
export function prove(
  state: AccountState,
  asked: {
    readonly auth: UserAuthorization
    readonly session: Session
    readonly client: Client
    readonly purpose: StepUpPurpose
  },
  match: FactorMatch,
  { now, settings, entropy }: Context,
): Step<Proven> {
  const { auth, client, purpose } = asked
  const source = signedInSource(state, client, auth)
  const accepted = creditSuccess(state, { match, source, client, now, entry: null })
  const { factor } = match
  const { account } = auth.grant
  const { epoch } = state
  const session: Session = { ...asked.session, renewedAt: now }
  const sessions = accepted.state.sessions.map((one) => (one.id === session.id ? session : one))
  const expiresAt = now + settings.proofMs
  const proof = { account, id: newId(entropy, 'proof'), session: session.id, epoch, expiresAt, purpose, factor }
  return commit(
    { ...accepted.state, sessions },
    { ok: true, proof, grant: grantOf(account, accepted.state, session) },
    {
      events: [{ type: 'stepup_success', values: { purpose, factor } }, ...accepted.events],
      messages: accepted.messages,
    },
  )
}
