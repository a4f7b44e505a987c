import { requireLimiterRequest } from '../../core/limiter-request.ts'
import { createRecentMap } from '../../core/recent-map.ts'
import type { Limiter } from '../../ports/limiter.ts'

/** Keys kept at once. The one that was charged longest ago is forgotten first [THR-14]. */
const mostKeys = 100_000

/** More than all rounding errors of a count together, so that a limit of n admits n. */
const rounding = 1e-9

interface Level {
  /** Charges that the key has not regained yet; may be a fraction. */
  readonly used: number
  readonly at: number
}

/**
 * The limiter of one process. Each key regains its charges evenly over its window (a leaky bucket), so that no two
 * bursts pass at the edge of a window. A refused call charges nothing.
 *
 * @contract pure · now and windowMs ms · a limiter · throws NL_ARGUMENT
 * @example
 * const nl = createNightlatch({ ...options, limiter: memoryLimiter() })
 */
export function memoryLimiter(): Limiter {
  const levels = createRecentMap<Level>(mostKeys)

  function usedOf(key: string, now: number, chargesPerMs: number): number {
    const level = levels.get(key)
    if (level === undefined) return 0
    // The clock was set back. Without this the key would regain nothing until the clock has caught up.
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
        levels.set(key, { used: next[index] ?? 0, at: now })
      })
      return { admitted: true }
    },

    async giveBack(request) {
      requireLimiterRequest(request)
      const { now, charges } = request
      for (const { key, limit, windowMs } of charges) {
        const used = Math.min(limit, usedOf(key, now, limit / windowMs))
        if (used > 0) levels.set(key, { used: Math.max(0, used - 1), at: now })
      }
    },
  }
}
