import { compressSha1 } from './sha1-block.ts'
import { truncate } from './truncate.ts'

const blockBytes = 64
const digestBytes = 20

// All calls share these arrays. That is safe: everything here is synchronous, and each use overwrites all that it
// reads.
const words = /* @__PURE__ */ new Int32Array(80)
const initial = /* @__PURE__ */ Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)

/** HMAC-SHA-1 (RFC 2104). Both key blocks are hashed once, so that each counter takes two compressions. */
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
    words[0] = Math.floor(counter / 0x1_0000_0000)
    words[1] = counter
    finishBlock(2, (blockBytes + 8) * 8)
    compressSha1(words, this.#inner, words)
    finishBlock(5, (blockBytes + digestBytes) * 8)
    compressSha1(words, this.#outer, words)
    return truncate(words, words[4]! & 15)
  }
}

/** Ends a message of `used` words: the marker bit, zeros, the length in bits (FIPS 180-4 §5.1.1). */
function finishBlock(used: number, bits: number): void {
  words[used] = 0x80000000
  for (let i = used + 1; i < 15; i++) words[i] = 0
  words[15] = bits
}

function padState(key: Uint8Array, pad: number): Int32Array {
  words.fill(pad * 0x01010101, 0, 16)
  for (let i = 0; i < key.length; i++) words[i >> 2]! ^= key[i]! << (24 - ((i & 3) << 3))
  const state = new Int32Array(5)
  compressSha1(words, initial, state)
  return state
}

/** Plain SHA-1 of a secret that is longer than a block (RFC 2104 §2). */
function sha1(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / blockBytes) * blockBytes)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(message.length / 0x2000_0000))
  view.setUint32(padded.length - 4, message.length * 8)
  const state = Int32Array.from(initial)
  for (let at = 0; at < padded.length; at += blockBytes) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + i * 4)
    compressSha1(words, state, state)
  }
  const hash = new Uint8Array(digestBytes)
  const out = new DataView(hash.buffer)
  for (let i = 0; i < 5; i++) out.setInt32(i * 4, state[i]!)
  return hash
}
