import type { Client } from '../record/context.ts'
import type { AccountState } from '../record/state.ts'
import { knownDeviceOf } from '../sessions/known-devices.ts'

/** Where an attempt comes from: a known device, a signed-in session, or else a network, which is unknown. */
export interface Source {
  readonly kind: 'device' | 'session' | 'network'
  /** Wrong codes are counted under it. */
  readonly id: string
  /** The known device on whose luck it draws. Null: all sources of its kind without a device draw on one bucket. */
  readonly device: string | null
}

export function sourceOf(state: AccountState, client: Client): Source {
  const device = knownDeviceOf(state, client)
  return device === null
    ? { kind: 'network', id: `network:${client.network ?? 'unknown'}`, device: null }
    : { kind: 'device', id: deviceSourceId(device.id), device: device.id }
}

export function deviceSourceId(device: string): string {
  return `device:${device}`
}

export function isUnknown(source: Source): boolean {
  return source.kind === 'network'
}
