import { limits } from '../../limits.ts'

/**
 * Whether a stored time is less than `withinMs` away from now. The distance counts and not the order: a time that a
 * fast clock stored must not stay recent until this clock has caught up. But a time that lies ahead by no more than
 * clocks may differ is always recent, also if `withinMs` is shorter than that.
 */
export function isRecent(at: number, withinMs: number, now: number): boolean {
  return Math.abs(now - at) < withinMs || (at > now && at - now <= limits.clocksApartMs)
}
