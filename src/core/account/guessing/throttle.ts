import { limits } from '../../limits.ts'
import type { Client } from '../record/context.ts'
import type { AccountState, SourceFailures, Throttle } from '../record/state.ts'
import { knownDeviceOf } from '../sessions/known-devices.ts'

/**
 * All flows share one budget of wrong codes. Only failures after a valid primary authentication count. Clocks of
 * servers may differ and run backwards. So a stored time counts by its distance from now, up to a cap.
 */

/** The source of an attempt: a known device, or else a network. */
export interface Source {
  readonly id: string
  readonly knownDevice: boolean
}

export function sourceOf(state: AccountState, client: Client): Source {
  const device = knownDeviceOf(state, client)
  return device === null
    ? { id: `network:${client.network ?? 'unknown'}`, knownDevice: false }
    : { id: `device:${device.id}`, knownDevice: true }
}

/** When the next attempt may be evaluated, in ms since epoch. Null if it may be evaluated now. */
export function waitUntil(throttle: Throttle, source: Source, now: number): number | null {
  const failed = throttle.sources.find((entry) => entry.id === source.id)
  const ends = [failed === undefined ? 0 : remaining(failed.failedAt, waitAfter(failed.failures), now)]
  if (!source.knownDevice && throttle.lockedAt !== null) ends.push(remaining(throttle.lockedAt, limits.lockMs, now))
  const longest = Math.max(...ends)
  return longest > 0 ? now + longest : null
}

/** Three failures without a wait, then 5 s · 2ⁿ up to 15 min. */
export function waitAfter(failures: number): number {
  const over = failures - limits.freeFailures
  return over <= 0 ? 0 : Math.min(limits.firstWaitMs * 2 ** Math.min(over - 1, 30), limits.longestWaitMs)
}

/** A time stored by a server whose clock is far ahead must not lock the account until that time comes. */
function remaining(since: number, length: number, now: number): number {
  if (length <= 0 || since > now + limits.longestWaitMs) return 0
  return Math.max(0, length - Math.max(0, now - since))
}

export interface Charged {
  readonly throttle: Throttle
  /** This failure set the lock, or set it again. */
  readonly locks: boolean
}

export function chargeThrottle(throttle: Throttle, source: Source, now: number): Charged {
  const failures = throttle.failures + 1
  const locks = failures >= limits.lockAfter && !source.knownDevice
  const recent = throttle.sources.filter((entry) => Math.abs(now - entry.failedAt) < limits.sourceMs)
  const before = recent.find((entry) => entry.id === source.id)
  const failed: SourceFailures = { id: source.id, failures: (before?.failures ?? 0) + 1, failedAt: now }
  const others = recent.filter((entry) => entry.id !== source.id)
  const kept = [...others].sort((a, b) => b.failedAt - a.failedAt).slice(0, limits.sources - 1)
  return {
    throttle: { sources: [...kept, failed], failures, lockedAt: locks ? now : throttle.lockedAt },
    locks,
  }
}

/** A success clears the failures of its source and the failures in a row. A lock that is set ends with time only. */
export function creditThrottle(throttle: Throttle, source: Source): Throttle {
  return {
    sources: throttle.sources.filter((entry) => entry.id !== source.id),
    failures: 0,
    lockedAt: throttle.lockedAt,
  }
}
