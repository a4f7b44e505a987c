import { limits } from '../../limits.ts'
import type { AccountState, SourceFailures, Throttle } from '../record/state.ts'
import { emptiedAtOf } from './buckets.ts'
import { luckReadyAt } from './luck.ts'
import type { Source } from './source.ts'
import { isUnknown } from './source.ts'

/**
 * All flows share one budget of wrong codes. Only failures after a valid primary authentication count. Clocks of
 * servers may differ and run backwards. So a stored time counts by its distance from now, up to a cap.
 */

/** When this source may try again after its own failures, in ms since epoch. Null: now. */
export function sourceWait({ sources }: Throttle, { id }: Source, now: number): number | null {
  const failed = sources.find((entry) => entry.id === id)
  const left = failed === undefined ? 0 : remaining(failed.failedAt, waitAfter(failed.failures), now)
  return left > 0 ? now + left : null
}

/**
 * When a code of this cost may be evaluated, beside the wait of its source. The lock and the luck that is left decide.
 * Null: now.
 */
export function holdUntil(state: AccountState, source: Source, cost: number, now: number): number | null {
  const { lockedAt } = state.throttle
  const locked = isUnknown(source) && lockedAt !== null ? remaining(lockedAt, limits.lockMs, now) : 0
  return latest(locked > 0 ? now + locked : null, luckReadyAt(emptiedAtOf(state, source), cost, now))
}

/** When a code of this cost may be evaluated, in ms since epoch. Null: now. */
export function waitUntil(state: AccountState, source: Source, cost: number, now: number): number | null {
  return latest(sourceWait(state.throttle, source, now), holdUntil(state, source, cost, now))
}

function latest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other)
}

/** Three failures without a wait, then 5 s · 2ⁿ up to 15 min. */
export function waitAfter(failures: number): number {
  const over = failures - limits.freeFailures
  return over <= 0 ? 0 : Math.min(limits.firstWaitMs * 2 ** Math.min(over - 1, 30), limits.longestWaitMs)
}

/** A time stored by a server whose clock is far ahead must not lock the account until that time comes. */
function remaining(since: number, length: number, now: number): number {
  if (since > now + limits.longestWaitMs) return 0
  return Math.max(0, length - Math.max(0, now - since))
}

/** One more failure of a source. Those that failed last are kept. */
export function chargeSource(throttle: Throttle, source: Source, now: number): Throttle {
  const recent = throttle.sources.filter((entry) => Math.abs(now - entry.failedAt) < limits.sourceMs)
  const before = recent.find((entry) => entry.id === source.id)
  const failed: SourceFailures = { id: source.id, failures: (before?.failures ?? 0) + 1, failedAt: now }
  const others = recent.filter((entry) => entry.id !== source.id)
  const kept = [...others].sort((a, b) => b.failedAt - a.failedAt).slice(0, limits.sources - 1)
  return { ...throttle, sources: [...kept, failed], failures: throttle.failures + 1 }
}

/** A success clears the failures of its source. */
export function clearSource(throttle: Throttle, source: Source): Throttle {
  return { ...throttle, sources: throttle.sources.filter((entry) => entry.id !== source.id) }
}

/** Failures of unknown sources in a row. The lock does not restart them, so each further one locks again. */
export function chargeRow(
  throttle: Throttle,
  { source, behindPassword, now }: { readonly source: Source; readonly behindPassword: boolean; readonly now: number },
): { readonly throttle: Throttle; readonly locks: boolean } {
  if (!isUnknown(source)) return { throttle, locks: false }
  const row = throttle.row + 1
  const locks = row >= limits.lockAfter
  const rowBehindPassword = throttle.rowBehindPassword + (behindPassword ? 1 : 0)
  return { throttle: { ...throttle, row, rowBehindPassword, lockedAt: locks ? now : throttle.lockedAt }, locks }
}

/** Ends the row of failures and its lock. */
export function endRow(throttle: Throttle): Throttle {
  return { ...throttle, row: 0, rowBehindPassword: 0, lockedAt: null }
}
