import type { Removed, RemoveRefusal } from '../factors/removal.ts'
import { finishRemoval, removalFault } from '../factors/removal.ts'
import type { Authorization } from '../sessions/session.ts'
import { authorizeChange } from '../sessions/session.ts'
import type { AccountState } from '../record/state.ts'
import type { Client, UseCase } from '../record/step.ts'
import { done, ready } from '../record/step.ts'

export interface RemoveTotp {
  readonly auth: Authorization
  readonly authenticator: string
  readonly client: Client
}

export type RemoveResult = Removed | { readonly ok: false; readonly reason: RemoveRefusal }

/** Removing the last factor switches 2FA off. */
export const removeTotp: UseCase<RemoveTotp, RemoveResult> = {
  plan(state, { auth, authenticator }, context) {
    const authorized = authorizeChange(state, auth, 'factors', context.now)
    if (!authorized.ok) return done(authorized)
    if (!state.totp.authenticators.some((entry) => entry.id === authenticator))
      return done({ ok: false, reason: 'not-found' })
    const fault = removalFault(without(state, authenticator), context)
    return fault === null ? ready : done({ ok: false, reason: fault })
  },
  decide(state, command, context) {
    const { authenticator } = command
    const label = state.totp.authenticators.find((entry) => entry.id === authenticator)?.label ?? ''
    return finishRemoval<RemoveResult>(
      without(state, authenticator),
      { method: 'totp', authenticator, label },
      command,
      context,
    )
  },
}

/** Without its last authenticator TOTP is unbound, and its count starts anew. */
function without(state: AccountState, authenticator: string): AccountState {
  const authenticators = state.totp.authenticators.filter((entry) => entry.id !== authenticator)
  const { enrollment, failures } = state.totp
  const bound = authenticators.length > 0
  const preferred = !bound && state.preferred === 'totp' ? null : state.preferred
  return { ...state, preferred, totp: { authenticators: authenticators, enrollment, failures: bound ? failures : 0 } }
}
