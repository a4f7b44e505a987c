import type { Authorization } from '../sessions/session.ts'
import { authorize } from '../sessions/session.ts'
import type { UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface RenameTotp {
  readonly auth: Authorization
  readonly authenticator: string
  readonly label: string
}

export type RenameTotpResult =
  { readonly ok: true } | { readonly ok: false; readonly reason: 'signed-out' | 'not-found' }

export const renameTotp: UseCase<RenameTotp, RenameTotpResult> = {
  plan(state, { auth, authenticator }, { now }) {
    const authorized = authorize(state, auth, now)
    if (!authorized.ok) return done(authorized)
    return state.totp.authenticators.some((entry) => entry.id === authenticator)
      ? ready
      : done({ ok: false, reason: 'not-found' })
  },
  decide(state, { authenticator, label }) {
    const authenticators = state.totp.authenticators.map((entry) =>
      entry.id === authenticator ? { ...entry, label } : entry,
    )
    return decided<RenameTotpResult>(
      { ...state, totp: { ...state.totp, authenticators: authenticators } },
      { ok: true },
      { events: [{ type: 'mfa_update', values: { factor: 'totp', authenticator, change: 'rename', label } }] },
    )
  },
}
