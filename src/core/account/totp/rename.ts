import { commit, done } from '../record/step.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { authorize } from '../sessions/authorization.ts'
import { authenticatorOf, withAuthenticator } from './authenticators.ts'
import type { ChangeUseCase } from '../sessions/changes.ts'
import { asChange } from '../sessions/changes.ts'

export interface RenameTotp {
  readonly auth: Authorization
  readonly authenticator: string
  readonly label: string
}

export type RenameTotpResult =
  { readonly ok: true } | { readonly ok: false; readonly reason: 'signed-out' | 'not-found' }

export const renameTotp: ChangeUseCase<RenameTotp, RenameTotpResult> = /* @__PURE__ */ asChange<
  RenameTotp,
  RenameTotpResult
>((state, { auth, authenticator, label }, { now }) => {
  const authorized = authorize(state, auth, now)
  if (!authorized.ok) return done(authorized)
  if (authenticatorOf(state, authenticator) === null) return done({ ok: false, reason: 'not-found' })
  const values = { factor: 'totp', authenticator, change: 'rename', label } as const
  const renamed = withAuthenticator(state, authenticator, { label })
  return commit(renamed, { ok: true }, { events: [{ type: 'mfa_update', values }] })
})
