import type { Removed, RemoveRefusal } from '../factors/removal.ts'
import { finishRemoval, removalFault } from '../factors/removal.ts'
import type { Authorization } from '../sessions/session.ts'
import { authorizeChange } from '../sessions/session.ts'
import type { AccountState } from '../record/state.ts'
import type { Client, UseCase } from '../record/step.ts'
import { done, ready } from '../record/step.ts'

export interface RemoveTotp {
  readonly auth: Authorization
  readonly device: string
  readonly client: Client
}

export type RemoveResult = Removed | { readonly ok: false; readonly reason: RemoveRefusal }

/** Removing the last factor switches 2FA off. */
export const removeTotp: UseCase<RemoveTotp, RemoveResult> = {
  plan(state, { auth, device }, context) {
    const authorized = authorizeChange(state, auth, 'factors', context.now)
    if (!authorized.ok) return done(authorized)
    if (!state.totp.devices.some((entry) => entry.id === device)) return done({ ok: false, reason: 'not-found' })
    const fault = removalFault(without(state, device), context)
    return fault === null ? ready : done({ ok: false, reason: fault })
  },
  decide(state, command, context) {
    const { device } = command
    const label = state.totp.devices.find((entry) => entry.id === device)?.label ?? ''
    return finishRemoval<RemoveResult>(without(state, device), { method: 'totp', device, label }, command, context)
  },
}

/** Without its last device TOTP is unbound, and its count starts anew. */
function without(state: AccountState, device: string): AccountState {
  const devices = state.totp.devices.filter((entry) => entry.id !== device)
  const { enrollment, failures } = state.totp
  const bound = devices.length > 0
  const preferred = !bound && state.preferred === 'totp' ? null : state.preferred
  return { ...state, preferred, totp: { devices, enrollment, failures: bound ? failures : 0 } }
}
