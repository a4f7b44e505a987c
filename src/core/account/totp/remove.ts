import type { RemoveResult } from '../factors/removal.ts'
import { removeAuthenticator, removeFactor } from '../factors/removal.ts'
import type { Client } from '../record/context.ts'
import { withFactor } from '../record/state.ts'
import { done } from '../record/step.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { authorizeChange } from '../sessions/authorization.ts'
import { authenticatorOf } from './authenticators.ts'
import type { ChangeUseCase } from '../sessions/changes.ts'
import { asChange } from '../sessions/changes.ts'

export interface RemoveTotp {
  readonly auth: Authorization
  readonly authenticator: string
  readonly client: Client
}

/** Removing the last factor switches 2FA off. */
export const removeTotp: ChangeUseCase<RemoveTotp, RemoveResult> = /* @__PURE__ */ asChange<RemoveTotp, RemoveResult>(
  (state, command, context) => {
    const authorized = authorizeChange(state, command.auth, 'factors', context.now)
    if (!authorized.ok) return done(authorized)
    const found = authenticatorOf(state, command.authenticator)
    if (found === null) return done({ ok: false, reason: 'not-found' })
    const authenticators = state.totp.authenticators.filter(({ id }) => id !== found.id)
    const { enrollment } = state.totp
    // Without its last authenticator TOTP is off, and its count begins anew. A pending enrollment may be confirmed yet.
    const left =
      authenticators.length > 0
        ? withFactor(state, 'totp', { authenticators })
        : withFactor(removeFactor(state, 'totp'), 'totp', { enrollment })
    const removed = { method: 'totp', authenticator: found.id, label: found.label } as const
    return removeAuthenticator(left, removed, command, context)
  },
)
