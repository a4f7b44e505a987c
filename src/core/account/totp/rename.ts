import type { Authorization } from '../sessions/session.ts'
import { authorize } from '../sessions/session.ts'
import type { UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface RenameTotp {
  readonly auth: Authorization
  readonly device: string
  readonly label: string
}

export type RenameTotpResult =
  { readonly ok: true } | { readonly ok: false; readonly reason: 'signed-out' | 'not-found' }

export const renameTotp: UseCase<RenameTotp, RenameTotpResult> = {
  plan(state, { auth, device }, { now }) {
    const authorized = authorize(state, auth, now)
    if (!authorized.ok) return done(authorized)
    return state.totp.devices.some((entry) => entry.id === device) ? ready : done({ ok: false, reason: 'not-found' })
  },
  decide(state, { device, label }) {
    const devices = state.totp.devices.map((entry) => (entry.id === device ? { ...entry, label } : entry))
    return decided<RenameTotpResult>(
      { ...state, totp: { ...state.totp, devices } },
      { ok: true },
      { events: [{ type: 'mfa_update', values: { factor: 'totp', device, change: 'rename', label } }] },
    )
  },
}
