import type { Limiter } from 'nightlatch'

export interface WindowLimiter extends Limiter {
  /** The charges of a key in its window. */
  used(key: string, now: number): number
  /** The keys of the latest call. */
  readonly last: readonly string[]
}

/** A limiter whose counts a test can read. A window begins with the first charge of its key. */
export function windowLimiter(): WindowLimiter {
  const windows = new Map<string, { readonly count: number; readonly endsAt: number }>()
  const open = (key: string, now: number): { readonly count: number; readonly endsAt: number } | null => {
    const window = windows.get(key)
    return window !== undefined && now < window.endsAt ? window : null
  }
  let last: readonly string[] = []
  return {
    async charge({ now, charges }) {
      last = charges.map(({ key }) => key)
      const full = charges.flatMap(({ key, limit }) => {
        const window = open(key, now)
        return window !== null && window.count >= limit ? [window.endsAt] : []
      })
      if (full.length > 0) return { admitted: false, retryAt: Math.max(...full) }
      for (const { key, windowMs } of charges) {
        const window = open(key, now)
        windows.set(key, { count: (window?.count ?? 0) + 1, endsAt: window?.endsAt ?? now + windowMs })
      }
      return { admitted: true }
    },
    async giveBack({ now, charges }) {
      for (const { key } of charges) {
        const window = open(key, now)
        if (window !== null) windows.set(key, { ...window, count: Math.max(0, window.count - 1) })
      }
    },
    used: (key, now) => open(key, now)?.count ?? 0,
    get last() {
      return last
    },
  }
}
