import type { Random } from '../../ports/random.ts'

/** The platform's cryptographic generator, the only source of random bytes [CRY-1]. */
export const platformRandom: Random = (length) => globalThis.crypto.getRandomValues(new Uint8Array(length))
