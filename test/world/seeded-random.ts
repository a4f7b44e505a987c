import { createHash } from 'node:crypto'
import type { Random } from 'nightlatch'

/**
 * Bytes that look random and are the same for the same seed. One byte alone, which only the loop's jitter draws, is
 * always zero, so that no test waits.
 */
export function seededRandom(seed: string): Random {
  let drawn = 0
  return (length) => {
    if (length === 1) return new Uint8Array(1)
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at += 32) {
      const block = createHash('sha256').update(`${seed}/${drawn++}`).digest()
      bytes.set(block.subarray(0, Math.min(32, length - at)), at)
    }
    return bytes
  }
}
