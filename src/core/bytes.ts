import { NightlatchError } from './errors.ts'

export { decodeBase64url, encodeBase64url } from './base64url.ts'

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
 * Joins parts without ambiguity: the length of each part comes before it, as 4 bytes in big-endian order. Every keyed
 * or hashed input of the library is one frame, and its first part is a versioned label. So two different inputs never
 * give the same bytes.
 */
export function frame(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const chunks = parts.map((part) => (typeof part === 'string' && !isShortAscii(part) ? utf8(part) : part))
  let length = 0
  for (const chunk of chunks) length += 4 + chunk.length
  const whole = new Uint8Array(length)
  const view = new DataView(whole.buffer)
  let at = 0
  for (const chunk of chunks) {
    view.setUint32(at, chunk.length)
    at += 4
    if (typeof chunk === 'string') for (let i = 0; i < chunk.length; i++) whole[at + i] = chunk.charCodeAt(i)
    else whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

/** The bytes of such a text are its codes. To call the encoder costs more than to copy them. */
function isShortAscii(text: string): boolean {
  if (text.length > 64) return false
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}
