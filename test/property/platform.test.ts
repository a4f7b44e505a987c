import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64urlOf } from '../../src/core/base64url.ts'
import { frame } from '../../src/core/bytes.ts'
import { hashesOf } from '../../src/core/hmac.ts'
import { nodeBuffer, nodeCrypto } from '../../src/core/node-modules.ts'
import * as reference from '../vectors/reference.ts'

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

describe('base64url of the platform', () => {
  const fast = base64urlOf(nodeBuffer())
  const portable = base64urlOf(undefined)
  const letters = [...'AQgwZz09-_'].map((letter) => fc.constant(letter))
  const almost = fc.string({ unit: fc.oneof(...letters, fc.constantFrom('=', '+', '/', ' ', 'é')), maxLength: 80 })

  it('is there on Node, and not in a scope without its modules', () => {
    expect(nodeBuffer()).toBeDefined()
    for (const scope of [{}, { process: {} }, { process: { getBuiltinModule: () => ({}) } }]) {
      expect(nodeBuffer(scope)).toBeUndefined()
    }
  })

  it('agrees with the portable one on any bytes, and reads them back', () => {
    fc.assert(
      fc.property(message, (bytes) => {
        const text = portable.encode(bytes)
        expect(fast.encode(bytes)).toBe(text)
        expect(fast.decode(text)).toEqual(bytes)
        expect(portable.decode(text)).toEqual(bytes)
      }),
    )
  })

  it('refuses the same texts as the portable one', () => {
    fc.assert(
      fc.property(almost, (text) => {
        expect(fast.decode(text)).toEqual(portable.decode(text))
      }),
    )
  })

  it('gives bytes of their own that no later call changes', () => {
    const text = portable.encode(new Uint8Array(100).fill(7))
    const first = fast.decode(text)!
    for (let n = 0; n < 1000; n++) fast.decode(portable.encode(new Uint8Array(100).fill(n)))
    expect(first).toEqual(new Uint8Array(100).fill(7))
  })
})

describe('a frame', () => {
  it('has the documented bytes for any texts and bytes', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.string({ maxLength: 80 }))
    const part = fc.oneof(text, message)
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        expect(Buffer.from(frame(...parts)).toString('hex')).toBe(reference.hex(reference.frame(...parts)))
      }),
    )
  })
})
