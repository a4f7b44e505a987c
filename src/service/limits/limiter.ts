import type { Flow } from '../../core/flow.ts'
import { NightlatchError } from '../../core/errors.ts'
import type { SharedValues } from '../../core/events/index.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Limiter, LimiterAnswer, LimiterCharge } from '../../ports/limiter.ts'
import type { Facts } from '../loop/facts.ts'
import { memoryLimiter } from './memory-limiter.ts'

export interface Limited {
  /** ms since epoch */
  readonly retryAt: number
}

/** Charges the limiter for a call of a flow. Null: within every limit. */
export type Charge = (charges: readonly LimiterCharge[], flow: Flow) => Promise<Limited | null>

interface LimiterParts {
  /** The host's; without it, one in this process. */
  readonly limiter: Limiter | undefined
  readonly facts: Facts
  readonly now: Clock
}

/** When the host's limiter fails, the one in this process takes over, and a fact records it. */
export function createCharge({ limiter, facts, now }: LimiterParts): Charge {
  const local = memoryLimiter()
  return async (charges, flow) => {
    const request = { now: now(), charges }
    try {
      return limitedBy(await (limiter ?? local).charge(request))
    } catch {
      const shared: SharedValues = { actor: 'system', call: 'limiter' }
      await facts.record(null, [{ type: 'limiter_fail', values: { flow } }], shared, request.now)
      return limitedBy(await local.charge(request))
    }
  }
}

/** Any answer but the two of the port is a failure of the limiter, and admits nothing [THR-8]. */
function limitedBy(answer: LimiterAnswer): Limited | null {
  const { admitted, retryAt } = answer as { readonly admitted: unknown; readonly retryAt?: unknown }
  if (admitted === true) return null
  if (admitted === false && typeof retryAt === 'number' && Number.isFinite(retryAt)) return { retryAt }
  throw new NightlatchError('NL_CONFIG', 'the limiter answered something else than its port says')
}
