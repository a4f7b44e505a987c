import type { AccountState } from '../record/state.ts'
import type { Source } from './source.ts'
import { isUnknown } from './source.ts'

/**
 * Whose luck an attempt draws on. Every known device has a bucket of its own, and a session draws on that of the device
 * that it was made on. All unknown sources share one bucket. All sessions whose device is no longer listed share one.
 */
export function emptiedAtOf(state: AccountState, source: Source): number | null {
  const { luck } = state.throttle
  if (source.device === null) return isUnknown(source) ? luck.unknown : luck.sessions
  return state.knownDevices.find(({ id }) => id === source.device)?.emptiedAt ?? null
}

export function withEmptiedAt(state: AccountState, source: Source, emptiedAt: number | null): AccountState {
  if (source.device !== null) {
    const knownDevices = state.knownDevices.map((one) => (one.id === source.device ? { ...one, emptiedAt } : one))
    return { ...state, knownDevices }
  }
  const luck = { ...state.throttle.luck, [isUnknown(source) ? 'unknown' : 'sessions']: emptiedAt }
  return { ...state, throttle: { ...state.throttle, luck } }
}
