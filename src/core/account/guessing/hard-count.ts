import type { CodeFactor } from '../../factor.ts'
import { codeFactors } from '../../factor.ts'
import { limits } from '../../limits.ts'
import type { HardCount } from '../record/hard-count.ts'
import type { AccountState } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import type { Source } from './source.ts'
import { isUnknown } from './source.ts'

/** At so many failures of unknown sources their codes of the factor are not evaluated any more. */
export function strangersStop({ raised }: HardCount): number {
  return limits.strangersStop + raised
}

/** Whether codes of a factor from this source are not evaluated: for good, or because it is unknown. */
export function isStopped(count: HardCount, source: Source): boolean {
  return count.failures >= limits.hardStop || (isUnknown(source) && count.strangers >= strangersStop(count))
}

export interface Raised {
  readonly state: AccountState
  /** Factors that this failure switched off for everybody. */
  readonly off: readonly CodeFactor[]
  /** Factors that it stopped for unknown sources. */
  readonly stopped: readonly CodeFactor[]
}

/** A factor that is off is not compared, so its count does not grow. */
export function raiseCounts(state: AccountState, compared: readonly CodeFactor[], source: Source): Raised {
  const raised = compared.filter((factor) => !isStopped(state[factor], source))
  const share = isUnknown(source) ? 1 : 0
  const counted = raised.reduce(
    (changed, factor) => addToCount(changed, factor, { failures: 1, strangers: share }),
    state,
  )
  const off = codeFactors.filter((factor) => raised.includes(factor) && counted[factor].failures >= limits.hardStop)
  const stopped = raised.filter((factor) => !off.includes(factor) && isStopped(counted[factor], source))
  return { state: counted, off, stopped }
}

/** Takes back what the failures of one challenge charged. A factor that is off stays off until it is enrolled anew. */
export function takeBack(
  state: AccountState,
  factor: CodeFactor,
  [failures, strangers]: readonly [number, number],
): AccountState {
  if (state[factor].failures >= limits.hardStop) return state
  return addToCount(state, factor, { failures: -failures, strangers: -strangers })
}

/** If luck is refilled or given back, unknown sources may try a few more times. */
export function raiseStops(state: AccountState): AccountState {
  return codeFactors.reduce((changed, factor) => {
    const raised = Math.min(changed[factor].raised + limits.stopRaise, limits.stopRaiseMost)
    return withFactor(changed, factor, { raised })
  }, state)
}

function addToCount(
  state: AccountState,
  factor: CodeFactor,
  more: Pick<HardCount, 'failures' | 'strangers'>,
): AccountState {
  const { failures, strangers } = state[factor]
  return withFactor(state, factor, {
    failures: Math.max(0, failures + more.failures),
    strangers: Math.max(0, strangers + more.strangers),
  })
}
