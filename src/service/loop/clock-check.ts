import { NightlatchError } from '../../core/errors.ts'
import type { Clock } from '../../ports/clock.ts'

/** The host's clock, checked at each reading and rounded down to whole milliseconds. */
export function checkedClock(clock: Clock): Clock {
  return () => {
    const at: unknown = clock()
    if (typeof at !== 'number' || !Number.isFinite(at) || at < 0) {
      throw new NightlatchError('NL_CONFIG', 'clock must give milliseconds since the epoch')
    }
    return Math.floor(at)
  }
}
