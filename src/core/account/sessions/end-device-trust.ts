import { referenceTo } from '../record/ids.ts'
import type { AccountState, KnownDevice } from '../record/state.ts'
import type { Step, UseCase } from '../record/step.ts'
import { commit, done } from '../record/step.ts'
import type { Authorization } from './authorization.ts'
import { authorize } from './authorization.ts'
import { trustedDevices } from './device-trust.ts'

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

/** Ends trust. It needs no proof, because it makes the account safer. */
export const endDeviceTrust: UseCase<EndDeviceTrust, EndDeviceTrustResult> = (state, { auth, device }, { now }) => {
  const authorized = authorize(state, auth, now)
  if (!authorized.ok) return done(authorized)
  const devices = trustedDevices(state).filter(({ id }) => referenceTo(id) === device)
  return devices.length > 0 ? endTrust(state, devices, { device }) : done({ ok: false, reason: 'not-found' })
}

export type EndAllDeviceTrustResult = Ended | { readonly ok: false; readonly reason: 'signed-out' }

export const endAllDeviceTrust: UseCase<Pick<EndDeviceTrust, 'auth'>, EndAllDeviceTrustResult> = (
  state,
  { auth },
  { now },
) => {
  const authorized = authorize(state, auth, now)
  if (!authorized.ok) return done(authorized)
  const devices = trustedDevices(state)
  // Without this a session could write rows without end.
  return devices.length > 0 ? endTrust(state, devices, {}) : done({ ok: true, ended: 0 })
}

function endTrust(
  state: AccountState,
  devices: readonly KnownDevice[],
  named: { readonly device?: string },
): Step<Ended> {
  const knownDevices = state.knownDevices.map((one) => (devices.includes(one) ? { ...one, trust: null } : one))
  const ended = devices.length
  const values = { ended, reason: 'owner', ...named }
  return commit({ ...state, knownDevices }, { ok: true, ended }, { events: [{ type: 'device_trust_end', values }] })
}
