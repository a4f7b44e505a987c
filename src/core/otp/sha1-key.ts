import { compressSha1 } from './sha1-block.ts'
import { truncate } from './truncate.ts'

const blockBytes = 64
const digestBytes = 20

// Shared by all calls: everything here is synchronous, and each use overwrites all that it reads.
const words = /* @__PURE__ */ new Int32Array(80)
const digest = /* @__PURE__ */ new Int32Array(5)

/** HMAC-SHA-1 (RFC 2104) with both key blocks already hashed: each counter then costs two compressions. */
export class Sha1Key {
  readonly algorithm = 'SHA1' as const
  readonly #inner: Int32Array
  readonly #outer: Int32Array

  constructor(secret: Uint8Array) {
    const key = secret.length > blockBytes ? sha1(secret) : secret
    this.#inner = padState(key, 0x36)
    this.#outer = padState(key, 0x5c)
  }

  /** The 31-bit integer of RFC 4226 §5.3 for one counter. */
  at(counter: number): number {
    digest.set(this.#inner)
    words[0] = Math.floor(counter / 0x1_0000_0000)
    words[1] = counter >>> 0
    finishBlock(2, (blockBytes + 8) * 8)
    compressSha1(digest, words)
    for (let i = 0; i < 5; i++) words[i] = digest[i]!
    digest.set(this.#outer)
    finishBlock(5, (blockBytes + digestBytes) * 8)
    compressSha1(digest, words)
    return truncate(digest, digest[4]! & 15)
  }
}

/** Ends a message of `used` words: the marker bit, zeros, the length in bits (FIPS 180-4 §5.1.1). */
function finishBlock(used: number, bits: number): void {
  words[used] = 0x80000000
  for (let i = used + 1; i < 15; i++) words[i] = 0
  words[15] = bits
}

function initialState(): Int32Array {
  return Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)
}

function padState(key: Uint8Array, pad: number): Int32Array {
  const state = initialState()
  const filler = pad * 0x01010101
  for (let i = 0; i < 16; i++) words[i] = wordAt(key, i * 4) ^ filler
  compressSha1(state, words)
  return state
}

/** Four bytes, big-endian; bytes beyond the end are zero. */
function wordAt(bytes: Uint8Array, at: number): number {
  if (at + 4 <= bytes.length) {
    return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  }
  let word = 0
  for (let i = 0; i < 4; i++) word = (word << 8) | (bytes[at + i] ?? 0)
  return word
}

/** Plain SHA-1 of a secret that is longer than a block (RFC 2104 §2). */
function sha1(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / blockBytes) * blockBytes)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(message.length / 0x2000_0000))
  view.setUint32(padded.length - 4, message.length * 8)
  const state = initialState()
  for (let at = 0; at < padded.length; at += blockBytes) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + i * 4)
    compressSha1(state, words)
  }
  const hash = new Uint8Array(digestBytes)
  const out = new DataView(hash.buffer)
  for (let i = 0; i < 5; i++) out.setInt32(i * 4, state[i]!)
  return hash
}
