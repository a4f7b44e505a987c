import { limits } from '../../limits.ts'
import type { AccountState, Session } from '../record/state.ts'
import type { UseCase } from '../record/step.ts'
import { done } from '../record/step.ts'
import { countOneMore, fewerAt } from '../record/tally.ts'
import type { Authorization } from './authorization.ts'
import { authorize, sessionIdOf } from './authorization.ts'

/** The session made as many changes as it may in an hour. */
export interface TooManyChanges {
  readonly ok: false
  readonly reason: 'too-many-changes'
  /** ms since epoch */
  readonly retryAt: number
}

export type ChangeUseCase<Command, Result> = UseCase<Command, Result | TooManyChanges>

/**
 * A use case by which a session changes the account, such as one that writes to its owner. A session may make so many
 * an hour. Only what was done counts: a wrong code is no change. A script is not limited. The count is that of one
 * session, so that a thief in one keeps the owner in another from nothing.
 */
export function asChange<C extends { readonly auth: Authorization }, R extends { readonly ok: boolean }>(
  useCase: UseCase<C, R>,
): ChangeUseCase<C, R> {
  return (state, command, context, results) => {
    const { auth } = command
    const { now } = context
    const authorized = authorize(state, auth, now, 'any')
    const retryAt = authorized.ok ? changesFullUntil(authorized.session, now) : null
    if (retryAt !== null) return done({ ok: false, reason: 'too-many-changes', retryAt })
    const step = useCase(state, command, context, results)
    if (!('commit' in step) || !step.commit.outcome.ok) return step
    return { commit: { ...step.commit, state: countChange(step.commit.state, auth, now) } }
  }
}

/** When this session may make one more change, in ms since epoch. Null: now. */
export function changesFullUntil(session: Session | null, now: number): number | null {
  return session === null ? null : fewerAt(session.changes, limits.changeSpan, now)
}

export function countChange(state: AccountState, auth: Authorization, now: number): AccountState {
  const acting = sessionIdOf(auth)
  const count = (one: Session): Session => ({ ...one, changes: countOneMore(one.changes, limits.changeSpan, now) })
  return { ...state, sessions: state.sessions.map((one) => (one.id === acting ? count(one) : one)) }
}
