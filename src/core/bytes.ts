import { NightlatchError } from './errors.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Decodes UTF-8 strictly. Malformed bytes throw a `TypeError`. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** Accepts a Node `Buffer` too, and a `Uint8Array` that another JavaScript context made. */
export function isBytes(value: unknown): value is Uint8Array {
  return (
    value instanceof Uint8Array ||
    (ArrayBuffer.isView(value) && value.constructor.name === 'Uint8Array' && 'BYTES_PER_ELEMENT' in value)
  )
}

export function requireBytes(value: unknown, title: string): asserts value is Uint8Array {
  if (!isBytes(value)) throw new NightlatchError('NL_ARGUMENT', `${title} must be a Uint8Array`)
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/**
 * Joins parts without ambiguity: the length of each part stands before it, as 4 bytes in big-endian order. Every keyed
 * or hashed input of the library is one frame, and its first part is a versioned label. So two different inputs never
 * give the same bytes.
 */
export function frame(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const chunks = parts.map((part) => (typeof part === 'string' ? utf8(part) : part))
  let length = 0
  for (const chunk of chunks) length += 4 + chunk.length
  const whole = new Uint8Array(length)
  const view = new DataView(whole.buffer)
  let at = 0
  for (const chunk of chunks) {
    view.setUint32(at, chunk.length)
    whole.set(chunk, at + 4)
    at += 4 + chunk.length
  }
  return whole
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const values = new Int8Array(128).fill(-1)
for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i

/** base64url without padding (RFC 4648 §5). */
export function encodeBase64url(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const word = (bytes[i]! << 16) | ((left > 1 ? bytes[i + 1]! : 0) << 8) | (left > 2 ? bytes[i + 2]! : 0)
    text += alphabet[word >>> 18]! + alphabet[(word >>> 12) & 63]!
    if (left > 1) text += alphabet[(word >>> 6) & 63]!
    if (left > 2) text += alphabet[word & 63]!
  }
  return text
}

/**
 * The strict inverse of {@link encodeBase64url}. It gives `null` for any other character, length or non-zero trailing
 * bits.
 */
export function decodeBase64url(text: string): Uint8Array | null {
  const rest = text.length % 4
  if (rest === 1) return null
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let word = 0
  let bits = 0
  let at = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const value = code < 128 ? values[code]! : -1
    if (value < 0) return null
    word = ((word << 6) | value) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (word >>> bits) & 0xff
    }
  }
  if (bits > 0 && (word & ((1 << bits) - 1)) !== 0) return null
  return bytes
}
