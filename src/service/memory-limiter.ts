import type { Limiter } from '../ports/limiter.ts'

/** Keys held at once: the one that was charged least recently is forgotten first [THR-14]. */
const mostKeys = 100_000

/**
 * The limiter of one process. Each key's allowance comes back evenly over its window (the generic cell rate algorithm),
 * so that no burst is admitted twice at a window's edge. A refused call charges nothing.
 */
export function memoryLimiter(): Limiter {
  const fullAt = new Map<string, number>()
  return {
    charge({ now, charges }) {
      let retryAt = now
      const next = charges.map(({ key, limit, windowMs }) => {
        const spent = Math.min(Math.max(fullAt.get(key) ?? now, now), now + windowMs) + windowMs / limit
        if (spent - now > windowMs) retryAt = Math.max(retryAt, Math.ceil(spent - windowMs))
        return spent
      })
      if (retryAt > now) return Promise.resolve({ admitted: false, retryAt })
      charges.forEach(({ key }, index) => {
        fullAt.delete(key)
        fullAt.set(key, next[index] ?? now)
      })
      for (const key of fullAt.keys()) {
        if (fullAt.size <= mostKeys) break
        fullAt.delete(key)
      }
      return Promise.resolve({ admitted: true })
    },
  }
}
