import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { frame } from '../../../src/core/bytes.ts'
import { generateSmsCode, matchesSmsCode, normalizeSmsCode, smsDigest, smsLimits, smsPurposes } from 'nightlatch/sms'
import { expectHonestEverywhere, hostileValues } from '../hostile-values.ts'
import * as golden from '../../vectors/sms.ts'

const entropy = (seed: number): Uint8Array => new Uint8Array(32).fill(seed)
const binding = {
  key: new Uint8Array(32).fill(7),
  challenge: 'challenge-1',
  purpose: 'login',
  phone: '+36301234567',
} as const

describe('generateSmsCode', () => {
  it('[SMS-4] gives six digits or more, from 32 bytes of entropy or more', () => {
    for (let seed = 0; seed < 256; seed++) expect(generateSmsCode({ entropy: entropy(seed) })).toMatch(/^\d{6}$/)
    expect(generateSmsCode({ entropy: entropy(1), digits: 8 })).toMatch(/^\d{8}$/)
    for (const digits of [5, 9, 6.5, NaN]) {
      expect(() => generateSmsCode({ entropy: entropy(1), digits })).toThrow('digits must be an integer from 6 to 8')
    }
    expect(() => generateSmsCode({ entropy: new Uint8Array(31) })).toThrow('entropy must be of 32 bytes or more')
  })

  it('gives the same code for the same entropy', () => {
    for (const { seed, digits, code } of golden.codes) {
      expect(generateSmsCode({ entropy: entropy(seed), digits })).toBe(code)
    }
  })

  it('throws only NightlatchErrors', () => {
    expectHonestEverywhere(generateSmsCode, { entropy: entropy(1), digits: 6 })
  })
})

describe('normalizeSmsCode', () => {
  it('drops spaces and dashes, and reads full-width digits', () => {
    for (const text of ['049173', '049 173', ' 049-173\n', '０４９１７３', '0 4 9\u00a01 7 3', '\u200b049\u2011173']) {
      expect(normalizeSmsCode(text)).toBe('049173')
    }
    for (const text of ['04917a', '#049173', '0'.repeat(129), 49173, null]) expect(normalizeSmsCode(text)).toBeNull()
  })
})

describe('smsDigest', () => {
  it('is HMAC-SHA-256 over a frame of its label and all parts', () => {
    for (const { purpose, challenge, phone, code, framed, digest } of golden.digests) {
      const message = frame('nightlatch/sms-code/v1', purpose, challenge, phone, code)
      expect(Buffer.from(message).toString('hex')).toBe(framed)
      expect(createHmac('sha256', golden.key).update(Buffer.from(framed, 'hex')).digest('hex')).toBe(digest)
      const made = smsDigest({ key: golden.key, challenge, purpose, phone, code })
      expect(Buffer.from(made).toString('hex')).toBe(digest)
    }
  })

  it('contains none of its parts', () => {
    const text = Buffer.from(smsDigest({ ...binding, code: '123456' })).toString('latin1')
    for (const part of ['123456', 'challenge-1', '36301234567']) expect(text).not.toContain(part)
  })

  it('throws only NightlatchErrors, which show no value', () => {
    expectHonestEverywhere(smsDigest, { ...binding, code: '123456' })
    expect(() => smsDigest({ ...binding, phone: '0630 SECRET', code: '123456' })).toThrow(/^(?!.*SECRET)/)
  })
})

describe('matchesSmsCode', () => {
  const digest = smsDigest({ ...binding, code: '049173' })

  it('accepts the code in any spelling', () => {
    for (const text of ['049173', '049 173', '０４９１７３'])
      expect(matchesSmsCode({ ...binding, digest, text })).toBe(true)
  })

  it.each([
    ['another purpose', { purpose: 'verify-number' }],
    ['another challenge', { challenge: 'challenge-2' }],
    ['another number', { phone: '+36301234568' }],
    ['another key', { key: new Uint8Array(32).fill(8) }],
  ] as const)('[SMS-7] refuses the code for %s', (_, changed) => {
    expect(matchesSmsCode({ ...binding, digest, text: '049173' })).toBe(true)
    expect(matchesSmsCode({ ...binding, ...changed, digest, text: '049173' })).toBe(false)
  })

  it('answers false for any other text, and throws nothing', () => {
    for (const text of ['049174', '04917', '0491730', '49173', '', ...hostileValues]) {
      expect(matchesSmsCode({ ...binding, digest, text })).toBe(false)
    }
    expectHonestEverywhere(matchesSmsCode, { ...binding, digest, text: '049173' })
  })
})

it('limits and purposes cannot be changed', () => {
  expect(Object.isFrozen(smsLimits)).toBe(true)
  expect(Object.isFrozen(smsPurposes)).toBe(true)
  expect(smsLimits.longestCodeMs).toBe(600_000)
})
