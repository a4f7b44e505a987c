import { NightlatchError } from '../../core/errors.ts'
import type { Clock } from '../../ports/clock.ts'

/** The year 9999. What is later has no date of four digits, and is no time that a clock shows. */
const latest = Date.UTC(9999, 0)

/** The host's clock, checked at each reading and rounded down to whole milliseconds. */
export function checkedClock(clock: Clock): Clock {
  return () => {
    const at = read(clock)
    if (typeof at === 'number' && at >= 0 && at < latest) return Math.floor(at)
    throw new NightlatchError('NL_CONFIG', 'clock must give milliseconds since the epoch')
  }
}

function read(clock: Clock): unknown {
  try {
    return clock()
  } catch (cause) {
    throw new NightlatchError('NL_CONFIG', 'clock failed', { cause })
  }
}
