import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashesOf } from '../../src/core/hmac.ts'
import { nodeCrypto } from '../../src/core/node-crypto.ts'

const native = nodeCrypto()
const fast = hashesOf(native)
const portable = hashesOf(undefined)
const message = fc.uint8Array({ maxLength: 400 })

describe('the hashes of the platform', () => {
  it('are there on Node, and not in a scope without its modules', () => {
    expect(native).toBeDefined()
    for (const scope of [{}, { process: {} }, { process: { getBuiltinModule: () => undefined } }]) {
      expect(nodeCrypto(scope)).toBeUndefined()
    }
    expect(nodeCrypto({ process: { getBuiltinModule: () => ({ createHash: () => null }) } })).toBeUndefined()
  })

  it('agree with the portable SHA-256 on any message', () => {
    fc.assert(
      fc.property(message, (bytes) => {
        expect(fast.sha256(bytes)).toEqual(portable.sha256(bytes))
      }),
    )
  })

  it('agree with the portable HMAC-SHA-256 on any key and message', () => {
    const key = fc.uint8Array({ minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(key, message, (secret, bytes) => {
        expect(fast.hmacSha256(secret, bytes)).toEqual(portable.hmacSha256(secret, bytes))
      }),
    )
  })

  it('give bytes of their own that no later call changes', () => {
    const key = new Uint8Array(32).fill(7)
    const first = fast.hmacSha256(key, Uint8Array.of(1))
    const copy = Uint8Array.from(first)
    for (let n = 0; n < 1000; n++) fast.hmacSha256(key, Uint8Array.of(n & 255, 1))
    expect(first).toEqual(copy)
    expect(first.constructor).toBe(Uint8Array)
  })
})
