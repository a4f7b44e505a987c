/**
 * Whether a stored time is less than `withinMs` away from now. The distance counts and not the order: a time that a
 * fast clock stored must not stay recent until this clock has caught up.
 */
export function isRecent(at: number, withinMs: number, now: number): boolean {
  return Math.abs(now - at) < withinMs
}
