import { argumentError, requireInteger, requireObject, requireText } from '../core/arguments.ts'
import type { Limiter, LimiterCharge } from '../ports/limiter.ts'

/** Keys held at once: the one that was charged least recently is forgotten first [THR-14]. */
const mostKeys = 100_000

/**
 * The limiter of one process. Each key's allowance comes back evenly over its window (the generic cell rate algorithm),
 * so that no burst is admitted twice at a window's edge. A refused call charges nothing.
 *
 * @contract pure · now and windowMs ms · outcomes a limiter · throws NL_ARGUMENT
 */
export function memoryLimiter(): Limiter {
  const fullAt = new Map<string, number>()
  return {
    async charge(request) {
      requireObject(request, 'request')
      const { now, charges } = request
      requireInteger(now, 'now', { from: 0, to: Number.MAX_SAFE_INTEGER })
      if (!Array.isArray(charges)) throw argumentError('charges', 'an array')
      charges.forEach(requireCharge)
      let retryAt = now
      const next = charges.map(({ key, limit, windowMs }) => {
        const spent = Math.min(Math.max(fullAt.get(key) ?? now, now), now + windowMs) + windowMs / limit
        if (spent - now > windowMs) retryAt = Math.max(retryAt, Math.ceil(spent - windowMs))
        return spent
      })
      if (retryAt > now) return { admitted: false, retryAt }
      charges.forEach(({ key }, index) => {
        fullAt.delete(key)
        fullAt.set(key, next[index] ?? now)
      })
      for (const key of fullAt.keys()) {
        if (fullAt.size <= mostKeys) break
        fullAt.delete(key)
      }
      return { admitted: true }
    },
  }
}

function requireCharge(charge: unknown): asserts charge is LimiterCharge {
  requireObject(charge, 'each of charges')
  requireText(charge.key, 'charge.key')
  requireInteger(charge.limit, 'charge.limit', { from: 1, to: 1_000_000_000 })
  requireInteger(charge.windowMs, 'charge.windowMs', { from: 1, to: 86_400_000 })
}
