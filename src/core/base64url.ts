import type { NodeBuffer } from './node-modules.ts'
import { nodeBuffer } from './node-modules.ts'

export interface Base64url {
  readonly encode: (bytes: Uint8Array) => string
  readonly decode: (text: string) => Uint8Array | null
}

/** Shorter values are encoded faster without a call of the platform. */
const shortest = 32

/** The same functions with the platform's own, which are several times as fast for long values, and without. */
export function base64urlOf(native: NodeBuffer | undefined): Base64url {
  if (native === undefined) return { encode: encodePortably, decode: decodePortably }

  const encode = (bytes: Uint8Array): string =>
    bytes.length < shortest
      ? encodePortably(bytes)
      : native.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')

  return {
    encode,
    decode(text) {
      if (text.length < shortest) return decodePortably(text)
      const bytes = new Uint8Array(native.Buffer.from(text, 'base64url'))
      // The platform skips what is no base64url.
      return encode(bytes) === text ? bytes : null
    },
  }
}

const base64url = base64urlOf(nodeBuffer())

/** base64url without padding (RFC 4648 §5). */
export const encodeBase64url: Base64url['encode'] = base64url.encode

/**
 * The strict inverse of {@link encodeBase64url}. It gives `null` for any other character, length or non-zero trailing
 * bits.
 */
export const decodeBase64url: Base64url['decode'] = base64url.decode

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const values = new Int8Array(128).fill(-1)
for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i

function encodePortably(bytes: Uint8Array): string {
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

function decodePortably(text: string): Uint8Array | null {
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
