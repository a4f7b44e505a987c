import { requireLimiterRequest } from '../../core/limiter-request.ts'
import type { Limiter } from '../../ports/limiter.ts'

/** Keys held at once: the one that was charged least recently is forgotten first [THR-14]. */
const mostKeys = 100_000

/** What fractions of a charge may add up to by rounding, so that a limit of n admits n. */
const rounding = 1e-9

interface Level {
  /** Charges that have not come back yet, in parts of one too. */
  readonly used: number
  readonly at: number
}

/**
 * The limiter of one process. Each key's allowance comes back evenly over its window (a leaky bucket), so that no burst
 * is admitted twice at a window's edge. A refused call charges nothing.
 *
 * @contract pure · now and windowMs ms · outcomes a limiter · throws NL_ARGUMENT
 */
export function memoryLimiter(): Limiter {
  const levels = new Map<string, Level>()

  function usedOf(key: string, now: number, chargesPerMs: number): number {
    const level = levels.get(key)
    if (level === undefined) return 0
    // A clock that was set back would stop the key from coming back until it has caught up.
    if (now < level.at) levels.set(key, { used: level.used, at: now })
    return Math.max(0, level.used - Math.max(0, now - level.at) * chargesPerMs)
  }

  return {
    async charge(request) {
      requireLimiterRequest(request)
      const { now, charges } = request
      let retryAt = now
      const next = charges.map(({ key, limit, windowMs }) => {
        const used = Math.min(limit, usedOf(key, now, limit / windowMs)) + 1
        if (used > limit + rounding) retryAt = Math.max(retryAt, now + Math.ceil(((used - limit) * windowMs) / limit))
        return used
      })
      if (retryAt > now) return { admitted: false, retryAt }
      charges.forEach(({ key }, index) => {
        levels.delete(key)
        levels.set(key, { used: next[index] ?? 0, at: now })
      })
      for (const key of levels.keys()) {
        if (levels.size <= mostKeys) break
        levels.delete(key)
      }
      return { admitted: true }
    },
  }
}
