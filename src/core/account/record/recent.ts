import { limits } from '../../limits.ts'

/**
 * Whether a stored time is less than `withinMs` away from now. The distance counts and not the order: a time that a
 * fast clock stored must not stay recent until this clock has caught up. But whatever was stored by a clock that is no
 * further ahead than clocks may be is recent here, however short its time is.
 */
export function isRecent(at: number, withinMs: number, now: number): boolean {
  return Math.abs(now - at) < withinMs || (at > now && at - now <= limits.clocksApartMs)
}
