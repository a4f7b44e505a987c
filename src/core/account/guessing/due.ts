/** Whether a notice that was sent last at this time may be sent again. */
export function isDue(last: number | null, every: number, now: number): boolean {
  return last === null || Math.abs(now - last) >= every
}
