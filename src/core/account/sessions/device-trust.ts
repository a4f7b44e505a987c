import { encodeBase64url, frame, utf8 } from '../../bytes.ts'
import { equalBytes } from '../../compare.ts'
import type { DraftEvent } from '../../events/catalogue.ts'
import { sha256 } from '../../hmac.ts'
import { limits } from '../../limits.ts'
import type { Client, Context } from '../record/context.ts'
import { newId, referenceTo } from '../record/ids.ts'
import { isRecent } from '../record/recent.ts'
import type { AccountState, DeviceTrust, KnownDevice, Session } from '../record/state.ts'
import { knownDeviceOf } from './known-devices.ts'

/** An account that trusts a device. `secret` goes into the token of the device. */
export interface Trusted {
  readonly state: AccountState
  readonly secret: string
  readonly events: readonly DraftEvent[]
}

/**
 * Checks what a request shows to be trusted by. `none`: it shows nothing that counts. `void`: it shows a wrong text,
 * which may have been copied.
 */
export function deviceTrust(
  state: AccountState,
  client: Client,
  { now, settings }: Context,
): 'none' | 'void' | { readonly device: KnownDevice; readonly trust: DeviceTrust } {
  const device = knownDeviceOf(state, client)
  if (client.deviceTrust === null || settings.trustedDevices === null || device === null) return 'none'
  const { trust } = device
  if (trust === null || trust.epoch !== state.epoch) return 'none'
  const life = settings.trustedDevices.lifeMs
  // The time is checked from both ends. If the host shortened the lifetime, trust under the longer one must not come
  // back for its last part.
  if (trust.until <= now || trust.until - now > life + limits.clocksApartMs || !isRecent(trust.since, life, now))
    return 'none'
  return equalBytes(utf8(digestOf(client.deviceTrust)), utf8(trust.digest)) ? { device, trust } : 'void'
}

/** Ends the trust of a device that shows an outdated text, and every session that this trust opened. */
export function withdrawTrust(
  state: AccountState,
  device: KnownDevice,
): { readonly state: AccountState; readonly events: readonly DraftEvent[] } {
  const isOpened = ({ trusted, deviceId }: Session): boolean => trusted && deviceId === device.id
  const ended = state.sessions.filter(isOpened)
  const values = { ended: 1, reason: 'replayed', device: referenceTo(device.id) }
  return {
    state: { ...endTrustOf(state, device.id), sessions: state.sessions.filter((session) => !isOpened(session)) },
    events: [
      { type: 'device_trust_end', values },
      ...ended.map(({ id }): DraftEvent => ({ type: 'session_end', values: { ended: 1, target: referenceTo(id) } })),
    ],
  }
}

export function trustedDevices(state: AccountState): readonly KnownDevice[] {
  return state.knownDevices.filter(({ trust }) => trust !== null)
}

export function endTrustOf(state: AccountState, deviceId: string): AccountState {
  return {
    ...state,
    knownDevices: state.knownDevices.map((one) => (one.id === deviceId ? { ...one, trust: null } : one)),
  }
}

/** Begins to trust a device. Using the trust does not move its end. */
export function trustDevice(
  state: AccountState,
  deviceId: string,
  { now, settings, entropy }: Context,
): Trusted | null {
  const device = state.knownDevices.find(({ id }) => id === deviceId)
  if (settings.trustedDevices === null || device === undefined) return null
  const secret = newId(entropy, 'device-trust')
  const until = now + settings.trustedDevices.lifeMs
  const trust: DeviceTrust = { digest: digestOf(secret), epoch: state.epoch, since: now, lastUsedAt: now, until }
  return {
    state: replace(state, { ...device, trust }),
    secret,
    events: [{ type: 'device_trust', values: { device: referenceTo(deviceId), until } }],
  }
}

/** Makes a new text at each use. So a copy of an earlier text is noticed when it is used [SES-10]. */
export function rotateTrust(
  state: AccountState,
  { device, trust }: { readonly device: KnownDevice; readonly trust: DeviceTrust },
  { now, entropy }: Context,
): Trusted {
  const secret = newId(entropy, 'device-trust')
  const current = state.knownDevices.find(({ id }) => id === device.id) ?? device
  return {
    state: replace(state, { ...current, trust: { ...trust, digest: digestOf(secret), lastUsedAt: now } }),
    secret,
    events: [],
  }
}

function replace(state: AccountState, device: KnownDevice): AccountState {
  return { ...state, knownDevices: state.knownDevices.map((one) => (one.id === device.id ? device : one)) }
}

function digestOf(secret: string): string {
  return encodeBase64url(sha256(frame('nightlatch/device-trust/v1', secret)))
}
