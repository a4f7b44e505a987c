import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { frame, utf8 } from './bytes.ts'

export { sha256 }

/** HMAC-SHA-256 (RFC 2104). A key has 32 bytes or more [CRY-11], because callers pass the output of HKDF. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(sha256, key, message)
}

/** A 32-byte sub-key for one purpose (RFC 5869, no salt) [CRY-10]. */
export function subKey(key: Uint8Array, label: string): Uint8Array {
  return hkdf(sha256, key, undefined, utf8(label), 32)
}

/** Derives independent bytes from the entropy of one call. Each label gives other bytes. */
export function derive(entropy: Uint8Array, label: string, length: number): Uint8Array {
  return hkdf(sha256, entropy, undefined, frame('nightlatch/derive/v1', label), length)
}
