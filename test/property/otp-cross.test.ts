import { createHash, createHmac } from 'node:crypto'
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import fc from 'fast-check'
import { hotp } from 'nightlatch/otp'
import { describe, expect, it } from 'vitest'
import { compressSha1 } from '../../src/core/otp/sha1-block.ts'
import { Sha1Key } from '../../src/core/otp/sha1-key.ts'

/** A fast source of test data (xorshift32); fast-check draws and reports its seed. */
function source(seed: number): () => number {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

function fill(bytes: Uint8Array, next: () => number): Uint8Array {
  for (let i = 0; i < bytes.length; i++) bytes[i] = next() >>> 11
  return bytes
}

const words = new Int32Array(80)
const block = new Uint8Array(64)
const blockView = new DataView(block.buffer)

/** SHA-1 of a message that fits into one block, by the block function alone. */
function oneBlock(message: Uint8Array): Int32Array {
  block.fill(0)
  block.set(message)
  block[message.length] = 0x80
  blockView.setUint32(60, message.length * 8)
  for (let i = 0; i < 16; i++) words[i] = blockView.getInt32(i * 4)
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)
  compressSha1(words, state, state)
  return state
}

function differs(state: Int32Array, digest: Uint8Array): boolean {
  const view = new DataView(digest.buffer, digest.byteOffset)
  return state.some((word, i) => word !== view.getInt32(i * 4))
}

function truncated(digest: Uint8Array): number {
  const offset = digest[19]! & 15
  return new DataView(digest.buffer, digest.byteOffset).getUint32(offset) & 0x7fffffff
}

describe('the hand-written SHA-1', () => {
  it('agrees with a library and with the platform on 700,000 random messages', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const next = source(seed)
        const message = new Uint8Array(55)
        for (let i = 0; i < 700_000; i++) {
          const part = fill(message.subarray(0, i % 56), next)
          const state = oneBlock(part)
          if (differs(state, sha1(part)) || differs(state, createHash('sha1').update(part).digest())) {
            throw new Error(`differs on ${Buffer.from(part).toString('hex')}`)
          }
        }
      }),
      { numRuns: 1 },
    )
  })

  it(
    'agrees as HMAC on 300,000 random keys, many longer than a block, and counters up to 2^53',
    { timeout: 300_000 },
    () => {
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const next = source(seed)
          const keys = new Uint8Array(200)
          const message = new Uint8Array(8)
          const view = new DataView(message.buffer)
          for (let i = 0; i < 300_000; i++) {
            const key = fill(keys.subarray(0, 1 + (i % 200)), next)
            const high = next() >>> (11 + (next() % 21))
            const low = next()
            view.setUint32(0, high)
            view.setUint32(4, low)
            const ours = new Sha1Key(key).at(high * 2 ** 32 + low)
            const platform = truncated(createHmac('sha1', key).update(message).digest())
            // The library takes as long as everything else together, so it checks every third message.
            if (ours !== platform || (i % 3 === 0 && ours !== truncated(hmac(sha1, key, message)))) {
              throw new Error(`differs for key ${Buffer.from(key).toString('hex')}, counter ${high}·2^32 + ${low}`)
            }
          }
        }),
        { numRuns: 1 },
      )
    },
  )
})

describe('every hash', () => {
  it('gives the codes of the platform for any key, counter and number of digits', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.maxSafeNat(),
        fc.integer({ min: 6, max: 8 }),
        fc.constantFrom('SHA1' as const, 'SHA256' as const, 'SHA512' as const),
        (secret, counter, digits, algorithm) => {
          const message = Buffer.alloc(8)
          message.writeBigUInt64BE(BigInt(counter))
          const digest = createHmac(algorithm, secret).update(message).digest()
          const value = digest.readUInt32BE(digest.at(-1)! & 15) & 0x7fffffff
          expect(hotp({ secret, counter, digits, algorithm })).toBe(String(value % 10 ** digits).padStart(digits, '0'))
        },
      ),
      { numRuns: 2000 },
    )
  })
})
