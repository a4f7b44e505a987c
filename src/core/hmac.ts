import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as portableSha256 } from '@noble/hashes/sha2.js'
import { frame, utf8 } from './bytes.ts'
import type { NodeCrypto } from './node-modules.ts'
import { nodeCrypto } from './node-modules.ts'

export interface Hashes {
  readonly sha256: (message: Uint8Array) => Uint8Array
  readonly hmacSha256: (key: Uint8Array, message: Uint8Array) => Uint8Array
}

/** The same functions with the platform's hash, which is several times as fast, and without. */
export function hashesOf(native: NodeCrypto | undefined): Hashes {
  if (native === undefined) {
    return {
      sha256: (message) => portableSha256(message),
      hmacSha256: (key, message) => hmac(portableSha256, key, message),
    }
  }
  return {
    sha256: (message) => plain(native.createHash('sha256').update(message).digest()),
    hmacSha256: (key, message) => plain(native.createHmac('sha256', key).update(message).digest()),
  }
}

/** A copy that is no `Buffer`, which compares and prints otherwise, and no window of a shared one. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

const hashes = hashesOf(nodeCrypto())

export const sha256: Hashes['sha256'] = hashes.sha256

/** HMAC-SHA-256 (RFC 2104). A key has 32 bytes or more [CRY-11], because callers pass the output of HKDF. */
export const hmacSha256: Hashes['hmacSha256'] = hashes.hmacSha256

/** A 32-byte sub-key for one purpose (RFC 5869, no salt) [CRY-10]. */
export function subKey(key: Uint8Array, label: string): Uint8Array {
  return hkdf(portableSha256, key, undefined, utf8(label), 32)
}

/** Derives independent bytes from the entropy of one call. Each label gives other bytes. */
export function derive(entropy: Uint8Array, label: string, length: number): Uint8Array {
  return hkdf(portableSha256, entropy, undefined, frame('nightlatch/derive/v1', label), length)
}
