import { commit, done } from '../record/step.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { authorize } from '../sessions/authorization.ts'
import { findPasskey } from './find.ts'
import { withPasskey } from './rules.ts'
import type { ChangeUseCase } from '../sessions/changes.ts'
import { asChange } from '../sessions/changes.ts'

/** `passkey` is the reference that a list shows. */
export interface RenamePasskey {
  readonly auth: Authorization
  readonly passkey: string
  readonly label: string
}

export type RenamePasskeyResult =
  { readonly ok: true } | { readonly ok: false; readonly reason: 'signed-out' | 'not-found' }

export const renamePasskey: ChangeUseCase<RenamePasskey, RenamePasskeyResult> = /* @__PURE__ */ asChange<
  RenamePasskey,
  RenamePasskeyResult
>((state, { auth, passkey, label }, { now }) => {
  const authorized = authorize(state, auth, now)
  if (!authorized.ok) return done(authorized)
  const found = findPasskey(state, passkey)
  if (found === null) return done({ ok: false, reason: 'not-found' })
  const values = { factor: 'passkey', authenticator: passkey, change: 'rename', label } as const
  return commit(withPasskey(state, found.id, { label }), { ok: true }, { events: [{ type: 'mfa_update', values }] })
})
