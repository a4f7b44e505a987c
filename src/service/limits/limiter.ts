import type { Flow } from '../../core/flow.ts'
import { NightlatchError } from '../../core/errors.ts'
import type { SharedValues } from '../../core/events/index.ts'
import { limits } from '../../core/limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Limiter, LimiterAnswer, LimiterCharge } from '../../ports/limiter.ts'
import type { Facts } from '../loop/facts.ts'
import { answerInTime } from '../loop/in-time.ts'
import type { Tell } from '../loop/reports.ts'
import { memoryLimiter } from './memory-limiter.ts'

export interface Limited {
  /** ms since epoch */
  readonly retryAt: number
}

/** Charges the limiter for a call of a flow. Null: within every limit. */
export type Charge = (charges: readonly LimiterCharge[], flow: Flow) => Promise<Limited | null>

export interface Limiting {
  readonly charge: Charge
  /** Takes charges back. Nothing waits for it, and if it fails they stay counted. */
  giveBack(charges: readonly LimiterCharge[]): void
}

interface LimiterParts {
  /** The host's; without it, one in this process. */
  readonly limiter: Limiter | undefined
  readonly facts: Pick<Facts, 'later'>
  readonly now: Clock
  readonly tell: Tell
  /** The limiter that takes over. */
  readonly local?: Limiter
}

/**
 * When the host's limiter fails, or does not answer in time, the one in this process takes over. If that fails too,
 * every call is refused [THR-8]. A fact records both, and the host is told.
 */
export function createLimiting({ limiter, facts, now, tell, local = memoryLimiter() }: LimiterParts): Limiting {
  const failed = (flow: Flow, text: string, cause: unknown): void => {
    const shared: SharedValues = { actor: 'system', call: 'limiter' }
    facts.later(null, [{ type: 'limiter_fail', values: { flow } }], shared, now())
    tell('limiter', text, { subject: text, cause })
  }

  return {
    async charge(charges, flow) {
      const request = { now: now(), charges }
      if (limiter !== undefined) {
        try {
          return limitedBy(await answerInTime(() => limiter.charge(copyOf(request)), deadline), request)
        } catch (error) {
          failed(flow, 'the limiter does not work, and the one in the process takes over', error)
        }
      }
      try {
        return limitedBy(await local.charge(request), request)
      } catch (error) {
        failed(flow, 'no limiter works, and nobody is admitted', error)
        return { retryAt: request.now + limits.reportEveryMs }
      }
    },

    giveBack(charges) {
      if (charges.length === 0) return
      const request = { now: now(), charges }
      answerInTime(() => (limiter ?? local).giveBack(request), deadline).catch((cause: unknown) => {
        const text = 'the limiter took no charges back: they stay counted'
        tell('limiter', text, { subject: text, cause })
      })
    },
  }
}

/** A limiter may change what it gets. What takes over must not. */
function copyOf({ now, charges }: Request): Request {
  return { now, charges: charges.map((charge) => ({ ...charge })) }
}

const deadline = { part: 'the limiter', ms: limits.limiterMs, code: 'NL_LIMITER_FAILED' } as const

interface Request {
  readonly now: number
  readonly charges: readonly LimiterCharge[]
}

/** Any answer but the two of the port is a failure of the limiter [THR-8]. */
function limitedBy(answer: LimiterAnswer, { now, charges }: Request): Limited | null {
  const { admitted, retryAt } = answer as { readonly admitted: unknown; readonly retryAt?: unknown }
  if (admitted === true) return null
  if (admitted !== false || typeof retryAt !== 'number' || !Number.isFinite(retryAt)) {
    throw new NightlatchError('NL_CONFIG', 'the limiter answered something else than its port says')
  }
  // No wait is longer than the longest window.
  const longest = Math.max(1, ...charges.map(({ windowMs }) => windowMs))
  return { retryAt: Math.min(Math.max(Math.ceil(retryAt), now + 1), now + longest) }
}
