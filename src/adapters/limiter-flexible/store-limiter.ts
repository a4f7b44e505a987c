import { NightlatchError } from '../../core/errors.ts'
import { requireLimiterRequest } from '../../core/limiter-request.ts'
import type { Limiter, LimiterAnswer, LimiterCharge } from '../../ports/limiter.ts'
import { withinTime } from './deadline.ts'

export interface Count {
  readonly consumedPoints: number
  readonly msBeforeNext: number
}

/** The part of rate-limiter-flexible's limiters that is used here. */
export interface Counter {
  get(key: string): Promise<Count | null>
  /** Adds one and answers the new count, in one atomic step of the store. */
  penalty(key: string, points: 1, options: { readonly customDuration: number }): Promise<Count>
  /** Takes one away, in the same way. */
  reward(key: string, points: 1, options: { readonly customDuration: number }): Promise<Count>
}

interface Standing {
  readonly key: string
  readonly seconds: number
  readonly limit: number
  readonly left: number
  readonly waitMs: number
}

/**
 * A limiter over counters that several servers share. It reads the counts first, so that a call which must be refused
 * charges nothing. Then it charges the key with the least left first: when calls race for the last charge, those that
 * lose stop before they charge the other keys.
 */
export function storeLimiter({
  counter,
  timeoutMs,
}: {
  readonly counter: () => Promise<Counter>
  readonly timeoutMs: number
}): Limiter {
  return {
    async charge(request) {
      requireLimiterRequest(request)
      const { now, charges } = request
      return withinTime(timeoutMs, async (inTime): Promise<LimiterAnswer> => {
        const counts = await counter()
        const standings = await Promise.all(charges.map((charge) => look(counts, charge)))
        const full = standings.filter(({ left, waitMs }) => left <= 0 && waitMs > 0)
        if (full.length > 0) return refused(now, Math.max(...full.map(({ waitMs }) => waitMs)))
        standings.sort((a, b) => a.left - b.left)
        for (const { key, seconds, limit } of standings) {
          inTime()
          const count = readCount(await counts.penalty(key, 1, { customDuration: seconds }))
          if (count.consumedPoints > limit) return refused(now, count.msBeforeNext)
        }
        return { admitted: true }
      })
    },

    async giveBack(request) {
      requireLimiterRequest(request)
      const { charges } = request
      return withinTime(timeoutMs, async (inTime) => {
        const counts = await counter()
        for (const charge of charges) {
          const { key, seconds, left, limit } = await look(counts, charge)
          if (left >= limit) continue
          inTime()
          const count = readCount(await counts.reward(key, 1, { customDuration: seconds }))
          // Its window has ended meanwhile, or others gave the rest back. No window may begin below zero.
          if (count.consumedPoints < 0) await counts.penalty(key, 1, { customDuration: seconds })
        }
      })
    },
  }
}

/** Both stores count in whole seconds. Rounding down would admit too much. */
async function look(counts: Counter, { key, limit, windowMs }: LimiterCharge): Promise<Standing> {
  const seconds = Math.ceil(windowMs / 1000)
  // One key with two windows has two counters: the end of the shorter window must not reset the longer one.
  const own = `${seconds}:${key}`
  const count = await counts.get(own)
  if (count === null) return { key: own, seconds, limit, left: limit, waitMs: 0 }
  const { consumedPoints, msBeforeNext } = readCount(count)
  return { key: own, seconds, limit, left: limit - consumedPoints, waitMs: msBeforeNext }
}

function readCount({ consumedPoints, msBeforeNext }: Count): Count {
  if (Number.isFinite(consumedPoints) && Number.isFinite(msBeforeNext)) return { consumedPoints, msBeforeNext }
  throw new NightlatchError('NL_LIMITER_FAILED', "the limiter's store answered something that is no count")
}

function refused(now: number, waitMs: number): LimiterAnswer {
  return { admitted: false, retryAt: now + Math.max(1, Math.ceil(waitMs)) }
}
