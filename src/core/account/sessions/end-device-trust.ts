import type { Authorization } from './session.ts'
import { authorize, referenceTo } from './session.ts'
import type { AccountState, KnownDevice } from '../record/state.ts'
import type { Decision, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface EndDeviceTrust {
  readonly auth: Authorization
  /** The reference that a list shows. */
  readonly device: string
}

interface Ended {
  readonly ok: true
  readonly ended: number
}

export type EndDeviceTrustResult = Ended | { readonly ok: false; readonly reason: 'signed-out' | 'not-found' }

/** Taking trust back makes an account safer, so no proof is asked. */
export const endDeviceTrust: UseCase<EndDeviceTrust, EndDeviceTrustResult> = {
  plan(state, { auth, device }, { now }) {
    const authorized = authorize(state, auth, now)
    if (!authorized.ok) return done(authorized)
    return trusted(state, device).length > 0 ? ready : done({ ok: false, reason: 'not-found' })
  },
  decide: (state, { device }) => end<EndDeviceTrustResult>(state, trusted(state, device), { device }),
}

export type EndAllDeviceTrustResult = Ended | { readonly ok: false; readonly reason: 'signed-out' }

export const endAllDeviceTrust: UseCase<Pick<EndDeviceTrust, 'auth'>, EndAllDeviceTrustResult> = {
  plan(state, { auth }, { now }) {
    const authorized = authorize(state, auth, now)
    return authorized.ok ? ready : done(authorized)
  },
  decide: (state) => end<EndAllDeviceTrustResult>(state, trusted(state), {}),
}

function trusted(state: AccountState, device?: string): readonly KnownDevice[] {
  return state.knownDevices.filter(
    ({ id, trust }) => trust !== null && (device === undefined || referenceTo(id) === device),
  )
}

function end<R>(
  state: AccountState,
  devices: readonly KnownDevice[],
  named: { readonly device?: string },
): Decision<R | Ended> {
  const knownDevices = state.knownDevices.map((one) => (devices.includes(one) ? { ...one, trust: null } : one))
  const ended = devices.length
  const values = { ended, reason: 'owner', ...named }
  const events = [{ type: 'device_trust_end', values }] as const
  return decided<R | Ended>({ ...state, knownDevices }, { ok: true, ended }, { events })
}
