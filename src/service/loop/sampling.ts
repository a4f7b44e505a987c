import { createRecentMap } from '../../core/recent-map.ts'

/**
 * Counts an attempt. The first `free` attempts of a key get a row each, then the second, fourth, eighth … does. Answers
 * how many attempts the row stands for; null: no row for this one.
 */
export type CountAttempt = (key: string, now: number, free: number) => number | null

const mostCounters = 10_000
/** After this long without an attempt, a key starts anew. */
const forgetAfterMs = 15 * 60_000

interface Counter {
  seen: number
  /** The attempt that gets the next row. */
  next: number
  /** Attempts since the last row. */
  unwritten: number
  at: number
}

export function createCountAttempt(): CountAttempt {
  const counters = createRecentMap<Counter>(mostCounters)

  const counterOf = (key: string, now: number): Counter => {
    const known = counters.get(key)
    const isLive = known !== undefined && Math.abs(now - known.at) < forgetAfterMs
    const counter = isLive ? known : { seen: 0, next: 1, unwritten: 0, at: now }
    counters.set(key, counter)
    return counter
  }

  return (key, now, free) => {
    const counter = counterOf(key, now)
    counter.at = now
    counter.seen += 1
    counter.unwritten += 1
    if (counter.seen > free && counter.seen < counter.next) return null
    counter.next = counter.seen * 2
    const { unwritten } = counter
    counter.unwritten = 0
    return unwritten
  }
}
