import base32Encode from 'base32-encode'
import { requireBytes } from '../bytes.ts'
import { isGap } from '../gaps.ts'

/**
 * Encodes bytes as base32 (RFC 4648 §6), in upper case and without padding [URI-4].
 *
 * @contract pure · the text · throws NL_ARGUMENT · RFC 4648 §6
 * @example
 * encodeBase32(secret) // 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
 */
export function encodeBase32(bytes: Uint8Array): string {
  requireBytes(bytes, 'bytes')
  return base32Encode(bytes, 'RFC4648', { padding: false })
}

/**
 * Formats a secret for typing by hand: base32 in groups of four, as authenticator apps show it [URI-10].
 *
 * @contract pure · the text · throws NL_ARGUMENT
 * @example
 * formatSecret(secret) // 'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ'
 */
export function formatSecret(secret: Uint8Array): string {
  return encodeBase32(secret).replace(/.{4}(?=.)/g, '$& ')
}

export type DecodeBase32Outcome =
  /** `dropped`: with `legacy`, the text had bits that belong to no byte. The reason tells which. */
  | { readonly ok: true; readonly bytes: Uint8Array; readonly dropped?: 'length' | 'trailing-bits' }
  /** The first wrong character. `at` is its index in the text. */
  | { readonly ok: false; readonly reason: 'character'; readonly at: number; readonly character: string }
  /** No whole number of bytes has this many characters. A character was lost or added. */
  | { readonly ok: false; readonly reason: 'length' }
  /** The last character has bits that belong to no byte. It was mistyped, or characters are missing. */
  | { readonly ok: false; readonly reason: 'trailing-bits' }
  | { readonly ok: false; readonly reason: 'not-text' }

/**
 * Reads base32 that a person typed or pasted. It accepts both cases, padding, every space and dash, and characters that
 * show nothing. It does not guess look-alikes such as 0 and 1, because a wrong guess gives codes that never match. The
 * outcome names the character instead. With `legacy` it reads keys that other systems wrote: it drops the bits after
 * the last byte, as authenticator apps do, and says so.
 *
 * @contract pure · ok|character|length|trailing-bits|not-text · throws none · RFC 4648 §3.3, §6
 * @example
 * decodeBase32('GEZD 0NBV') // { ok: false, reason: 'character', at: 5, character: '0' }
 */
export function decodeBase32(text: string, options?: { readonly legacy?: boolean | undefined }): DecodeBase32Outcome {
  if (typeof text !== 'string') return { ok: false, reason: 'not-text' }
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8))
  let used = 0
  let count = 0
  let word = 0
  let bits = 0
  let padded = false
  for (let at = 0; at < text.length; at++) {
    const value = valueOf(text.charCodeAt(at))
    if (value >= 0 && !padded) {
      count++
      word = ((word << 5) | value) & 0xfff
      bits += 5
      if (bits >= 8) {
        bits -= 8
        bytes[used++] = word >>> bits
      }
      continue
    }
    const character = String.fromCodePoint(text.codePointAt(at)!)
    if (character === '=' && count > 0) padded = true
    else if (!isGap(character)) return { ok: false, reason: 'character', at, character }
    at += character.length - 1
  }
  const dropped = bits >= 5 ? 'length' : (word & ((1 << bits) - 1)) !== 0 ? 'trailing-bits' : null
  if (dropped === null) return { ok: true, bytes: bytes.slice(0, used) }
  return options?.legacy === true ? { ok: true, bytes: bytes.slice(0, used), dropped } : { ok: false, reason: dropped }
}

function valueOf(unit: number): number {
  if (unit >= 0x41 && unit <= 0x5a) return unit - 0x41
  if (unit >= 0x61 && unit <= 0x7a) return unit - 0x61
  if (unit >= 0x32 && unit <= 0x37) return unit - 0x32 + 26
  return -1
}
