import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { truncate } from './truncate.ts'

const message = /* @__PURE__ */ new Uint8Array(8)
const words = /* @__PURE__ */ new Int32Array(5)

/** HMAC-SHA-256 or HMAC-SHA-512 with both key blocks already hashed, cloned for each counter. */
export class Sha2Key {
  readonly algorithm: 'SHA256' | 'SHA512'
  readonly #mac: ReturnType<typeof hmac.create>

  constructor(algorithm: 'SHA256' | 'SHA512', secret: Uint8Array) {
    this.algorithm = algorithm
    this.#mac = hmac.create(algorithm === 'SHA256' ? sha256 : sha512, secret)
  }

  /** The 31-bit integer of RFC 4226 §5.3 for one counter. */
  at(counter: number): number {
    const view = new DataView(message.buffer)
    view.setUint32(0, Math.floor(counter / 0x1_0000_0000))
    view.setUint32(4, counter >>> 0)
    const digest = this.#mac.clone().update(message).digest()
    const bytes = new DataView(digest.buffer, digest.byteOffset)
    for (let i = 0; i < 5; i++) words[i] = bytes.getInt32(i * 4)
    return truncate(words, digest[digest.length - 1]! & 15)
  }
}
