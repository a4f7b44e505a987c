import type { TokenPayloads } from '../../token/index.ts'
import { addressAndBrowser } from '../guessing/verdict.ts'
import { notice } from '../record/notice.ts'
import type { Authorization } from './session.ts'
import { authorize, bumpEpoch, renewedGrant, referenceTo } from './session.ts'
import type { Client, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface EndSession {
  readonly auth: Authorization
  /** Null: the acting session, a sign-out. */
  readonly session: string | null
}

export type EndSessionResult =
  { readonly ok: true } | { readonly ok: false; readonly reason: 'signed-out' | 'not-found' }

export const endSession: UseCase<EndSession, EndSessionResult> = {
  plan(state, { auth, session }, { now }) {
    const authorized = authorize(state, auth, now, 'any')
    if (!authorized.ok) return done(authorized)
    const ended = session ?? authorized.session?.id
    return state.sessions.some((entry) => entry.id === ended) ? ready : done({ ok: false, reason: 'not-found' })
  },
  decide(state, { auth, session }) {
    const acting = auth.kind === 'grant' ? auth.grant.session : null
    const ended = session ?? acting
    const sessions = state.sessions.filter((entry) => entry.id !== ended)
    return decided<EndSessionResult>(
      { ...state, sessions },
      { ok: true },
      {
        events: [
          {
            type: 'session_end',
            values: {
              ended: state.sessions.length - sessions.length,
              ...(ended === null || ended === acting ? {} : { target: referenceTo(ended) }),
            },
          },
        ],
      },
    )
  },
}

export interface EndAllSessions {
  readonly auth: Authorization
  /** Whether the acting session ends too. */
  readonly includingThis: boolean
  readonly client: Client
}

export type EndAllSessionsResult =
  | { readonly ok: true; readonly ended: number; readonly grant: TokenPayloads['grant'] | null }
  | { readonly ok: false; readonly reason: 'signed-out' }

/** Signs out everywhere: pending challenges and proofs end with the sessions, and other browsers are known no more. */
export const endAllSessions: UseCase<EndAllSessions, EndAllSessionsResult> = {
  plan(state, { auth }, { now }) {
    const authorized = authorize(state, auth, now)
    return authorized.ok ? ready : done(authorized)
  },
  decide(state, { auth, includingThis, client }, { now }) {
    const kept = auth.kind === 'grant' && !includingThis ? auth.grant.session : null
    // Whoever came in once is known by a browser: only the one that this is asked from stays known.
    const acting = auth.kind === 'grant' ? state.sessions.find(({ id }) => id === auth.grant.session) : undefined
    const knownDevices = state.knownDevices.filter(({ id }) => id === acting?.deviceId)
    const bumped = bumpEpoch({ ...state, knownDevices }, kept)
    const ended = state.sessions.length - bumped.sessions.length
    return decided<EndAllSessionsResult>(
      bumped,
      { ok: true, ended, grant: renewedGrant(bumped, auth) },
      {
        events: [{ type: 'session_end_all', values: { ended, includingThis } }],
        messages: [notice({ template: 'signed-out-everywhere', at: now, ...addressAndBrowser(client) }, now)],
      },
    )
  },
}
