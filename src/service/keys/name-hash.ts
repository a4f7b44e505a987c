import { encodeBase64url, frame } from '../../core/bytes.ts'
import { hmacSha256 } from '../../core/hmac.ts'

/** A keyed hash: for what a limiter counts by, and for names that must not be stored as typed. */
export type NameHash = (...parts: readonly string[]) => string

/** Under a key of the realm, so that servers with different first keys of the ring count together. */
export function nameHashOf(key: Uint8Array, realm: string): NameHash {
  return (...parts) => encodeBase64url(hmacSha256(key, frame('nightlatch/name/v1', realm, ...parts)).subarray(0, 18))
}
