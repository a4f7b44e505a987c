import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { truncate } from './truncate.ts'

// All calls share these arrays. That is safe: everything here is synchronous, and each use overwrites all that it
// reads.
const message = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8))
const messageBytes = /* @__PURE__ */ new Uint8Array(message.buffer)
const digest = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(64))
const digestBytes = /* @__PURE__ */ new Uint8Array(digest.buffer)
const words = /* @__PURE__ */ new Int32Array(5)

type Mac = ReturnType<typeof hmac.create>

/** HMAC-SHA-256 or HMAC-SHA-512. Both key blocks are hashed once, and each counter continues from a copy. */
export class Sha2Key {
  readonly algorithm: 'SHA256' | 'SHA512'
  readonly #keyed: Mac
  readonly #copy: Mac

  constructor(algorithm: 'SHA256' | 'SHA512', secret: Uint8Array) {
    this.algorithm = algorithm
    this.#keyed = hmac.create(algorithm === 'SHA256' ? sha256 : sha512, secret)
    this.#copy = this.#keyed.clone() as Mac
  }

  /** The 31-bit integer of RFC 4226 §5.3 for one counter. */
  at(counter: number): number {
    message.setUint32(0, Math.floor(counter / 0x1_0000_0000))
    message.setUint32(4, counter)
    // Every counter uses the same copy, because making a new one takes as long as hashing a block.
    this.#keyed._cloneInto(this.#copy).update(messageBytes).digestInto(digestBytes)
    for (let i = 0; i < 5; i++) words[i] = digest.getInt32(i * 4)
    return truncate(words, digestBytes[this.#keyed.outputLen - 1]! & 15)
  }
}
