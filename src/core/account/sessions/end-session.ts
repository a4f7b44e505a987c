import { referenceTo } from '../record/ids.ts'
import type { UseCase } from '../record/step.ts'
import { commit, done } from '../record/step.ts'
import type { Authorization } from './authorization.ts'
import { authorize } from './authorization.ts'

export interface EndSession {
  readonly auth: Authorization
  /** Null: the acting session signs out. */
  readonly session: string | null
}

export type EndSessionResult =
  { readonly ok: true } | { readonly ok: false; readonly reason: 'signed-out' | 'not-found' }

export const endSession: UseCase<EndSession, EndSessionResult> = (state, { auth, session }, { now }) => {
  const authorized = authorize(state, auth, now, 'any')
  if (!authorized.ok) return done(authorized)
  const acting = authorized.session?.id ?? null
  const ended = session ?? acting
  const sessions = state.sessions.filter(({ id }) => id !== ended)
  if (sessions.length === state.sessions.length) return done({ ok: false, reason: 'not-found' })
  const target = ended === null || ended === acting ? {} : { target: referenceTo(ended) }
  const values = { ended: state.sessions.length - sessions.length, ...target }
  return commit({ ...state, sessions }, { ok: true }, { events: [{ type: 'session_end', values }] })
}
