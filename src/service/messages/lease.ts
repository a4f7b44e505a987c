import { limits } from '../../core/limits.ts'
import type { Clock } from '../../ports/clock.ts'

/** The right to work on a message, for a time. */
export interface Lease {
  readonly token: string
  /** ms since epoch */
  readonly until: number
}

/**
 * Whether a lease leaves time for one more call. The clock is asked once, and then only the time that passes counts: a
 * clock that is set meanwhile makes no lease longer or shorter.
 */
export function leaseTime({ until }: Lease, now: Clock): () => boolean {
  const end = performance.now() + Math.min(until - now(), limits.messageLeaseMs)
  return () => performance.now() + limits.sendMs <= end
}
