import { encodeBase64url, frame } from '../../bytes.ts'
import { derive, sha256 } from '../../hmac.ts'

/** 128 random bits. Each label gives other bits. */
export function newId(entropy: Uint8Array, label: string): string {
  return encodeBase64url(derive(entropy, `id/${label}`, 16))
}

/** The name of a session, a device or a passkey in lists and in the history. It does not show the id. */
export function referenceTo(id: string): string {
  return encodeBase64url(sha256(frame('nightlatch/session-reference/v1', id)).subarray(0, 12))
}

/** The beginning of a random id, as a record lists it: 72 bits tell it from any other. */
export function beginningOf(id: string): string {
  return id.slice(0, 12)
}
