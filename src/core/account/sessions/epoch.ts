import type { TokenPayloads } from '../../token/index.ts'
import { throughFactors } from '../factors/registry.ts'
import type { AccountState, Session } from '../record/state.ts'
import { nextMark } from '../record/state.ts'
import type { Authorization } from './authorization.ts'
import { sessionIdOf } from './authorization.ts'

/** The account in its next epoch, with a grant for the acting session. The grant is null for a script. */
export interface Raised {
  readonly state: AccountState
  readonly grant: TokenPayloads['grant'] | null
}

/** Ends every sealed token of the account but the device tokens. The acting session stays and gets a new grant. */
export function raiseEpoch(state: AccountState, auth: Authorization): Raised {
  const raised = nextEpoch(state, sessionIdOf(auth))
  const [session] = raised.sessions
  if (auth.kind === 'system' || session === undefined) return { state: raised, grant: null }
  return { state: raised, grant: grantOf(auth.grant.account, raised, session) }
}

/** Ends every session too, except the one that is kept. */
export function nextEpoch(state: AccountState, keptSession: string | null): AccountState {
  const ended = throughFactors(state, (changed, rules) => rules.endPending?.(changed) ?? changed)
  return {
    ...ended,
    epoch: state.epoch + 1,
    sessions: state.sessions.filter((session) => session.id === keptSession),
    // These entries are about tokens of an older epoch. Those are refused anyway.
    challenges: [],
    spentChallenges: [],
    spentProofs: [],
    knownDevices: state.knownDevices.map((device) => ({ ...device, trust: null })),
  }
}

/** The grant of a session. The commit of this step makes it. */
export function grantOf(account: string, state: AccountState, session: Session): TokenPayloads['grant'] {
  const { id, renewedAt, aal, amr } = session
  return { account, session: id, epoch: state.epoch, ...nextMark(state), at: renewedAt, aal, amr }
}
