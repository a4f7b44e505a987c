import type { Authorization } from '../session.ts'
import { authorize, referenceTo } from '../session.ts'
import type { AccountState, KnownDevice } from '../state.ts'
import type { UseCase } from '../use-case.ts'
import { decided, done, ready } from '../use-case.ts'

export interface EndDeviceTrust {
  readonly auth: Authorization
  /** The reference that a list shows; null: every device. */
  readonly device: string | null
}

export type EndDeviceTrustResult =
  { readonly ok: true; readonly ended: number } | { readonly ok: false; readonly reason: 'signed-out' | 'not-found' }

/** Taking trust back makes an account safer, so no proof is asked. */
export const endDeviceTrust: UseCase<EndDeviceTrust, EndDeviceTrustResult> = {
  plan(state, { auth, device }, { now }) {
    const authorized = authorize(state, auth, now)
    if (!authorized.ok) return done(authorized)
    return device === null || ended(state, device).length > 0 ? ready : done({ ok: false, reason: 'not-found' })
  },
  decide(state, { device }) {
    const ids = ended(state, device).map(({ id }) => id)
    const knownDevices = state.knownDevices.map((one) => (ids.includes(one.id) ? { ...one, trust: null } : one))
    const values = { ended: ids.length, reason: 'owner', ...(device === null ? {} : { device }) }
    return decided<EndDeviceTrustResult>(
      { ...state, knownDevices },
      { ok: true, ended: ids.length },
      { events: [{ type: 'device_trust_end', values }] },
    )
  },
}

function ended(state: AccountState, device: string | null): readonly KnownDevice[] {
  return state.knownDevices.filter(({ id, trust }) => trust !== null && (device === null || referenceTo(id) === device))
}
