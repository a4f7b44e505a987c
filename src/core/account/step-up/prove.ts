import type { StepUpPurpose } from '../../flow.ts'
import type { TokenPayloads } from '../../token/index.ts'
import type { FactorMatch } from '../factors/factor-types.ts'
import { signedInSource } from '../guessing/signed-in-source.ts'
import { creditSuccess } from '../guessing/verdict.ts'
import type { Client, Context } from '../record/context.ts'
import { newId } from '../record/ids.ts'
import type { AccountState } from '../record/state.ts'
import type { Step } from '../record/step.ts'
import { commit } from '../record/step.ts'
import type { UserAuthorization } from '../sessions/authorization.ts'

export interface Proven {
  readonly ok: true
  readonly proof: TokenPayloads['proof']
}

/** Makes a proof. It is short-lived and counts once, for this session and purpose. */
export function prove(
  state: AccountState,
  asked: { readonly auth: UserAuthorization; readonly client: Client; readonly purpose: StepUpPurpose },
  match: FactorMatch,
  { now, settings, entropy }: Context,
): Step<Proven> {
  const { auth, client, purpose } = asked
  const source = signedInSource(state, client, auth)
  const accepted = creditSuccess(state, { match, source, client, now, entry: null })
  const { factor } = match
  const { account, session } = auth.grant
  const expiresAt = now + settings.proofMs
  const proof = { account, id: newId(entropy, 'proof'), session, epoch: state.epoch, expiresAt, purpose, factor }
  return commit(
    accepted.state,
    { ok: true, proof },
    {
      events: [{ type: 'stepup_success', values: { purpose, factor } }, ...accepted.events],
      messages: accepted.messages,
    },
  )
}
