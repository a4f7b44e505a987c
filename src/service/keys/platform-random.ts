import type { Random } from '../../ports/random.ts'

/** One draw of the platform costs as much as a hundred small slices of a greater one. */
const poolLength = 4096

let pool = new Uint8Array(0)
let used = 0

/**
 * The platform's cryptographic generator, the only source of random bytes [CRY-1]. Bytes are drawn in advance. Each is
 * given out once, and its copy in the pool is erased.
 */
export const platformRandom: Random = (length) => {
  if (length > poolLength / 4) return globalThis.crypto.getRandomValues(new Uint8Array(length))
  if (used + length > pool.length) {
    pool = globalThis.crypto.getRandomValues(new Uint8Array(poolLength))
    used = 0
  }
  const bytes = pool.slice(used, used + length)
  pool.fill(0, used, used + length)
  used += length
  return bytes
}
