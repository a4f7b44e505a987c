import { limits } from '../../limits.ts'

/**
 * A bucket of luck bounds how likely it is that somebody hits a right code, over days and years. No success refills it.
 * It holds chances in millionths, and time alone fills it again. Stored is one time, when it was empty: `emptiedAt`.
 * Null: it is full.
 */

const fullMs = limits.luckHolds * limits.luckMs

/** When so much is there, in ms since epoch. Null if it is there now. */
export function luckReadyAt(emptiedAt: number | null, cost: number, now: number): number | null {
  const missing = lengthOf(cost) - filledFor(emptiedAt, now)
  return missing > 0 ? now + missing : null
}

/** The time to store after something was drawn. It never lies in the future. */
export function drawLuck(emptiedAt: number | null, cost: number, now: number): number {
  return Math.min(now, now - filledFor(emptiedAt, now) + lengthOf(cost))
}

/** The time to store after something was given back. */
export function returnLuck(emptiedAt: number | null, amount: number, now: number): number | null {
  const filled = filledFor(emptiedAt, now) + lengthOf(amount)
  return filled >= fullMs ? null : now - filled
}

/** A server whose clock is far ahead must not leave the bucket empty until its time comes. */
function filledFor(emptiedAt: number | null, now: number): number {
  if (emptiedAt === null || emptiedAt > now + limits.clocksApartMs) return fullMs
  return Math.min(Math.max(0, now - emptiedAt), fullMs)
}

function lengthOf(millionths: number): number {
  return Math.round(millionths * limits.luckMs)
}
