import type { TokenPayloads } from '../../token/index.ts'
import type { Client } from '../record/context.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import type { UseCase } from '../record/step.ts'
import { commit, done } from '../record/step.ts'
import type { Authorization } from './authorization.ts'
import { authorize } from './authorization.ts'
import { changesFullUntil, countChange } from './changes.ts'
import { nextEpoch, raiseEpoch } from './epoch.ts'

export interface EndAllSessions {
  readonly auth: Authorization
  /** Whether the acting session ends too. */
  readonly includingThis: boolean
  readonly client: Client
}

export type EndAllSessionsResult =
  | { readonly ok: true; readonly ended: number; readonly grant: TokenPayloads['grant'] | null }
  | { readonly ok: false; readonly reason: 'signed-out' }

/**
 * Signs out everywhere. Pending challenges and proofs end with the sessions. Other browsers are no longer known
 * devices. It is never refused, because it is how an owner gets rid of a thief. But a session that has made all the
 * changes of its hour ends too: whoever repeats this keeps nobody else out for longer.
 */
export const endAllSessions: UseCase<EndAllSessions, EndAllSessionsResult> = (state, command, { now }) => {
  const { auth, client } = command
  const authorized = authorize(state, auth, now)
  if (!authorized.ok) return done(authorized)
  const includingThis = command.includingThis || changesFullUntil(authorized.session, now) !== null
  // An intruder's browser may be a known device. So only the browser of this request stays known.
  const knownDevices = state.knownDevices.filter(({ id }) => id === authorized.session?.deviceId)
  const left = { ...state, knownDevices }
  const raised = includingThis ? { state: nextEpoch(left, null), grant: null } : raiseEpoch(left, auth)
  const counted = countChange(raised.state, auth, now)
  const ended = state.sessions.length - raised.state.sessions.length
  return commit(
    counted,
    { ok: true, ended, grant: raised.grant },
    {
      events: [{ type: 'session_end_all', values: { ended, includingThis } }],
      messages: [notice({ template: 'signed-out-everywhere', at: now, ...addressAndBrowser(client) }, now)],
    },
  )
}
