import type { RemoveResult } from '../factors/removal.ts'
import { removeAuthenticator } from '../factors/removal.ts'
import type { Client } from '../record/context.ts'
import { done } from '../record/step.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { authorizeChange } from '../sessions/authorization.ts'
import { removeFactor } from '../factors/removal.ts'
import type { ChangeUseCase } from '../sessions/changes.ts'
import { asChange } from '../sessions/changes.ts'

export interface RemoveSms {
  readonly auth: Authorization
  readonly client: Client
}

/** Removing the last factor switches 2FA off. */
export const removeSms: ChangeUseCase<RemoveSms, RemoveResult> = /* @__PURE__ */ asChange<RemoveSms, RemoveResult>(
  (state, command, context) => {
    const authorized = authorizeChange(state, command.auth, 'factors', context.now)
    if (!authorized.ok) return done(authorized)
    const { number } = state.sms
    if (number === null) return done({ ok: false, reason: 'not-found' })
    const removed = { method: 'sms', authenticator: number.id, label: number.masked } as const
    return removeAuthenticator(removeFactor(state, 'sms'), removed, command, context)
  },
)
