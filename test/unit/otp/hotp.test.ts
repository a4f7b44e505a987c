import { createHmac } from 'node:crypto'
import { hotp, otpLimits, verifyHotp } from 'nightlatch/otp'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { Sha1Key } from '../../../src/core/otp/sha1-key.ts'
import { truncate } from '../../../src/core/otp/truncate.ts'
import { hotpSecret, hotpVectors, sharedCode, totpSecrets, totpVectors, truncationVector } from '../../vectors/otp.ts'

const secret = utf8(hotpSecret)

function wordsOf(hex: string): Int32Array {
  return Int32Array.from({ length: 5 }, (_, i) => Buffer.from(hex, 'hex').readInt32BE(i * 4))
}

describe('hotp', () => {
  it.each(hotpVectors)('[HOTP-1, HOTP-2] gives the code of RFC 4226 for counter $counter', (vector) => {
    const message = Buffer.alloc(8)
    message.writeBigUInt64BE(BigInt(vector.counter))
    expect(createHmac('sha1', secret).update(message).digest('hex')).toBe(vector.digest)
    const words = wordsOf(vector.digest)
    expect(truncate(words, words[4]! & 15)).toBe(vector.truncated)
    expect(new Sha1Key(secret).at(vector.counter)).toBe(vector.truncated)
    expect(hotp({ secret, counter: vector.counter })).toBe(vector.code)
  })

  it('[HOTP-2] truncates the worked example of RFC 4226', () => {
    const words = wordsOf(truncationVector.digest)
    expect(words[4]! & 15).toBe(truncationVector.offset)
    expect(truncate(words, truncationVector.offset)).toBe(truncationVector.truncated)
    expect(String(truncationVector.truncated % 1e6)).toBe(truncationVector.code)
  })

  it('[HOTP-2] takes the offset from the last byte of a digest of any length', () => {
    for (const vector of totpVectors) {
      for (const algorithm of ['SHA256', 'SHA512'] as const) {
        const counter = parseInt(vector.step, 16)
        expect(hotp({ secret: utf8(totpSecrets[algorithm]), counter, algorithm, digits: 8 })).toBe(vector[algorithm])
      }
    }
  })

  it('[HOTP-2] truncates at every offset as byte arithmetic does', () => {
    const bytes = Buffer.from(Array.from({ length: 20 }, (_, i) => (i * 151 + 200) & 255))
    const words = Int32Array.from({ length: 5 }, (_, i) => bytes.readInt32BE(i * 4))
    for (let offset = 0; offset < 16; offset++) {
      expect(truncate(words, offset)).toBe(bytes.readUInt32BE(offset) & 0x7fffffff)
    }
  })

  it('[HOTP-1] gives counters beyond 2^31 and 2^32 codes of their own', () => {
    const counters = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40, Number.MAX_SAFE_INTEGER]
    for (const algorithm of ['SHA1', 'SHA256', 'SHA512'] as const) {
      const codes = counters.map((counter) => {
        const message = Buffer.alloc(8)
        message.writeBigUInt64BE(BigInt(counter))
        const digest = createHmac(algorithm.toLowerCase(), secret).update(message).digest()
        const expected = (digest.readUInt32BE(digest.at(-1)! & 15) & 0x7fffffff) % 1e8
        const code = hotp({ secret, counter, digits: 8, algorithm })
        expect(code).toBe(String(expected).padStart(8, '0'))
        return code
      })
      expect(new Set(codes).size).toBe(counters.length)
    }
  })

  it('[HOTP-3] keeps zeros on the left and refuses fewer than six digits', () => {
    const padded = Array.from({ length: 3000 }, (_, counter) => hotp({ secret, counter }))
    expect(padded.every((code) => /^\d{6}$/.test(code))).toBe(true)
    expect(padded.some((code) => code.startsWith('0'))).toBe(true)
    expect(hotp({ secret, counter: 0x23523ec, digits: 8 })).toBe('07081804')
    expect(hotp({ secret, counter: 0, digits: 7 })).toBe('4755224')
    for (const digits of [0, 1, 5, 9, 10, 6.5, Number.NaN, '6' as never, null as never]) {
      expect(() => hotp({ secret, counter: 0, digits })).toThrow('digits must be an integer from 6 to 8')
    }
  })

  it('accepts keys of any length, also longer than a block', () => {
    for (const length of [1, 19, 20, 55, 56, 63, 64, 65, 100, 127, 128, 129, 300]) {
      const key = new Uint8Array(length).map((_, i) => i * 7 + length)
      for (const algorithm of ['SHA1', 'SHA256', 'SHA512'] as const) {
        const digest = createHmac(algorithm.toLowerCase(), key).update(Buffer.alloc(8)).digest()
        const expected = (digest.readUInt32BE(digest.at(-1)! & 15) & 0x7fffffff) % 1e6
        expect(hotp({ secret: key, counter: 0, algorithm })).toBe(String(expected).padStart(6, '0'))
      }
    }
  })

  it('refuses a counter that is no whole number in range', () => {
    for (const counter of [-1, 0.5, 2 ** 53, Number.NaN, Infinity, 1n as never, '1' as never, undefined as never]) {
      expect(() => hotp({ secret, counter })).toThrow('counter must be an integer')
    }
  })
})

describe('verifyHotp', () => {
  const code = (counter: number): string => hotp({ secret, counter })

  it('[HOTP-10] moves past a match in the look-ahead and accepts nothing older again', () => {
    const first = verifyHotp({ secret, code: code(7), counter: 5 })
    expect(first).toEqual({ ok: true, counter: 8 })
    for (const older of [5, 6, 7]) {
      expect(verifyHotp({ secret, code: code(older), counter: 8 })).toEqual({ ok: false, reason: 'wrong' })
    }
    expect(verifyHotp({ secret, code: code(8), counter: 8 })).toEqual({ ok: true, counter: 9 })
  })

  it('[HOTP-9] looks ahead three counters by default, and twenty at most', () => {
    expect(verifyHotp({ secret, code: code(3), counter: 0 }).ok).toBe(true)
    expect(verifyHotp({ secret, code: code(4), counter: 0 }).ok).toBe(false)
    expect(verifyHotp({ secret, code: code(0), counter: 0, lookAhead: 0 })).toEqual({ ok: true, counter: 1 })
    expect(verifyHotp({ secret, code: code(1), counter: 0, lookAhead: 0 }).ok).toBe(false)
    expect(verifyHotp({ secret, code: code(20), counter: 0, lookAhead: otpLimits.lookAhead }).ok).toBe(true)
    expect(otpLimits.lookAhead).toBe(20)
    for (const lookAhead of [-1, 21, 1.5, Infinity]) {
      expect(() => verifyHotp({ secret, code: code(0), counter: 0, lookAhead })).toThrow('lookAhead')
    }
  })

  it('accepts the last match, so that the returned counter refuses the same code', () => {
    const { first, second, code: shared } = sharedCode
    expect([code(first), code(second)]).toEqual([shared, shared])
    expect(verifyHotp({ secret, code: shared, counter: first })).toEqual({ ok: true, counter: second + 1 })
  })

  it('stays within safe integers at the end of the counters', () => {
    const last = Number.MAX_SAFE_INTEGER - 1
    expect(verifyHotp({ secret, code: code(last), counter: last })).toEqual({ ok: true, counter: last + 1 })
    expect(() => verifyHotp({ secret, code: '123456', counter: last + 1 })).toThrow('counter')
  })
})
