import { credentialKey } from '../../passkeys/unique-keys.ts'
import type { RemoveResult } from '../factors/removal.ts'
import { removeAuthenticator, removeFactor } from '../factors/removal.ts'
import type { Client } from '../record/context.ts'
import { withFactor } from '../record/state.ts'
import { done } from '../record/step.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { authorizeChange } from '../sessions/authorization.ts'
import { findPasskey } from './find.ts'
import type { ChangeUseCase } from '../sessions/changes.ts'
import { asChange } from '../sessions/changes.ts'

export interface RemovePasskey {
  readonly auth: Authorization
  /** The reference that a list shows. */
  readonly passkey: string
  readonly client: Client
}

/** Removing the last factor switches 2FA off. */
export const removePasskey: ChangeUseCase<RemovePasskey, RemoveResult> = /* @__PURE__ */ asChange<
  RemovePasskey,
  RemoveResult
>((state, command, context) => {
  const authorized = authorizeChange(state, command.auth, 'factors', context.now)
  if (!authorized.ok) return done(authorized)
  const found = findPasskey(state, command.passkey)
  if (found === null) return done({ ok: false, reason: 'not-found' })
  const { id, label } = found
  const credentials = state.passkey.credentials.filter((one) => one.id !== id)
  // The mode stays on here. `removeAuthenticator` checks whether that is allowed.
  const isLast = credentials.length === 0 && !state.passkey.only
  const left = isLast ? removeFactor(state, 'passkey') : withFactor(state, 'passkey', { credentials })
  const keys = [credentialKey({ realm: context.settings.realm, id })]
  const removed = { method: 'passkey', authenticator: command.passkey, label, keys } as const
  return removeAuthenticator(left, removed, command, context)
})
