import { encodeBase64url, isBytes } from '../../core/bytes.ts'
import { NightlatchError } from '../../core/errors.ts'
import { createRecentMap } from '../../core/recent-map.ts'
import type { Random } from '../../ports/random.ts'

/** So many random bytes come twice, or are all zero, about never. */
const tellingLength = 8
const mostRemembered = 1024

/**
 * The host's generator, checked at each draw. One that repeats itself is not used: its seeds could be guessed, and its
 * ids be taken for each other [CRY-1]. The bytes are a copy, because the host may use its buffer again.
 */
export function checkedRandom(random: Random): Random {
  const drawn = createRecentMap<true>(mostRemembered)
  return (length) => {
    const given = read(random, length)
    if (!isBytes(given) || given.length !== length) throw fault(`must give ${length} bytes`)
    const bytes = Uint8Array.from(given)
    if (length < tellingLength) return bytes
    const start = encodeBase64url(bytes.subarray(0, tellingLength))
    const isZero = bytes.every((byte) => byte === 0)
    if (isZero || drawn.get(start) !== undefined) throw fault('must give other bytes at each call')
    drawn.set(start, true)
    return bytes
  }
}

function read(random: Random, length: number): unknown {
  try {
    return random(length)
  } catch (cause) {
    throw new NightlatchError('NL_CONFIG', 'random failed', { cause })
  }
}

function fault(rule: string): NightlatchError {
  return new NightlatchError('NL_CONFIG', `random ${rule}`)
}
