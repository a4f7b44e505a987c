import fc from 'fast-check'
import {
  decodeBase32,
  encodeBase32,
  formatSecret,
  hotp,
  keyUri,
  normalizeCode,
  parseKeyUri,
  parseMigrationUri,
  prepareSecret,
  resynchronizeTotp,
  totp,
  totpStep,
  verifyHotp,
  verifyTotp,
} from 'nightlatch/otp'
import { describe, expect, it } from 'vitest'

const secrets = fc.uint8Array({ minLength: 1, maxLength: 100 })
const algorithms = fc.constantFrom('SHA1' as const, 'SHA256' as const, 'SHA512' as const)
const digitCounts = fc.integer({ min: 6, max: 8 })
const times = fc.integer({ min: 0, max: 2 ** 45 })
const periods = fc.integer({ min: 1, max: 120 })

describe('verifyTotp', () => {
  it('accepts a code exactly within its window and drift, and learns the distance', () => {
    fc.assert(
      fc.property(
        fc.record({ secret: secrets, now: times, period: periods, digits: digitCounts, algorithm: algorithms }),
        fc.integer({ min: 0, max: 10 }),
        fc.integer({ min: -120, max: 120 }),
        fc.integer({ min: -140, max: 140 }),
        (options, window, drift, distance) => {
          const clock = totpStep(options)
          const counter = clock + distance
          fc.pre(counter >= 0)
          const code = hotp({ ...options, counter })
          const outcome = verifyTotp({ ...options, code, window, drift })
          const near = Math.abs(distance - drift) <= window && Math.abs(distance) <= 120
          if (near) expect(outcome.ok).toBe(true)
          // Rarely another step of the window has the same code. Then the answer names that step.
          if (outcome.ok) expect(hotp({ ...options, counter: outcome.step })).toBe(code)
          else expect(outcome).toEqual({ ok: false, reason: 'wrong' })
          if (outcome.ok) expect(outcome.drift).toBe(outcome.step - clock)
        },
      ),
    )
  })

  it('never accepts a code again once its step is stored, at any later moment of its window', () => {
    fc.assert(
      fc.property(
        secrets,
        times,
        fc.integer({ min: 0, max: 10 }),
        fc.integer({ min: 0, max: 5 }),
        (secret, now, window, later) => {
          const kept = prepareSecret({ secret })
          const code = totp({ secret: kept, now })
          const first = verifyTotp({ secret: kept, code, now, window })
          expect(first.ok).toBe(true)
          const after = first.ok ? first.step : 0
          const second = verifyTotp({ secret: kept, code, now: now + later * 30_000, window, after })
          // Later windows reach steps that the first did not; one in a million of those has the same code by chance.
          if (second.ok) expect(second.step).toBeGreaterThan(first.ok ? first.step : 0)
          else expect(['replayed', 'wrong']).toContain(second.reason)
          if (later === 0) expect(second).toMatchObject({ ok: false, reason: 'replayed' })
        },
      ),
    )
  })

  it('answers any text, and accepts only a code of the window', () => {
    fc.assert(
      fc.property(
        secrets,
        times,
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[\d -]{0,12}$/)),
        (secret, now, code) => {
          const outcome = verifyTotp({ secret, code, now })
          const plain = normalizeCode(code)
          if (plain?.length !== 6) expect(outcome).toEqual({ ok: false, reason: 'malformed' })
          else if (outcome.ok) expect(hotp({ secret, counter: outcome.step })).toBe(plain)
          else expect(outcome.reason).toBe('wrong')
        },
      ),
    )
  })
})

describe('resynchronizeTotp', () => {
  it('finds any two consecutive codes within its search, and learns a drift with which they verify', () => {
    fc.assert(
      fc.property(
        secrets,
        fc.integer({ min: 1e10, max: 2 ** 45 }),
        fc.integer({ min: -120, max: 119 }),
        (secret, now, distance) => {
          const kept = prepareSecret({ secret })
          const step = totpStep({ now }) + distance
          const codes = [hotp({ secret: kept, counter: step }), hotp({ secret: kept, counter: step + 1 })] as const
          const outcome = resynchronizeTotp({ secret: kept, codes, now })
          expect(outcome).toEqual({ ok: true, step: step + 1, drift: distance + 1 })
          const next = verifyTotp({ secret: kept, code: codes[1], now, drift: distance + 1, window: 0, after: step })
          expect(next.ok).toBe(true)
          expect(resynchronizeTotp({ secret: kept, codes, now, after: step + 1 })).toMatchObject({ reason: 'replayed' })
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('verifyHotp', () => {
  it('[HOTP-10] moves the counter past the accepted one', () => {
    fc.assert(
      fc.property(secrets, fc.nat(2 ** 40), fc.nat(20), fc.nat(20), (secret, counter, ahead, lookAhead) => {
        const code = hotp({ secret, counter: counter + ahead })
        const outcome = verifyHotp({ secret, code, counter, lookAhead })
        if (ahead <= lookAhead) expect(outcome.ok).toBe(true)
        if (outcome.ok) expect(outcome.counter).toBeGreaterThan(counter)
        if (outcome.ok) expect(hotp({ secret, counter: outcome.counter - 1 })).toBe(code)
      }),
    )
  })
})

describe('texts', () => {
  it('base32 reads back what it wrote, in any case, grouping and padding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = encodeBase32(bytes)
        for (const shown of [text, text.toLowerCase(), formatSecret(bytes), text && `${text}======`]) {
          expect(decodeBase32(shown)).toEqual({ ok: true, bytes })
        }
      }),
    )
  })

  it('base32 reads only one plain text as the same bytes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z2-7]{0,40}$/), (text) => {
        const outcome = decodeBase32(text)
        if (outcome.ok) expect(encodeBase32(outcome.bytes)).toBe(text)
      }),
    )
  })

  it('base32 refuses every character outside its alphabet', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const outcome = decodeBase32(text)
        if (!outcome.ok && outcome.reason === 'character') {
          expect(text.startsWith(outcome.character, outcome.at)).toBe(true)
          expect(outcome.character).not.toMatch(/[a-z2-7 -]/i)
        } else expect(text).toMatch(/^[a-z2-7\s=-]*$/i)
      }),
    )
  })

  it('[URI-3, URI-5] key URIs with any labels read back to their parts', () => {
    const label = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((text) => text.trim() !== '' && !/:|%3a|\p{Cc}/iu.test(text))
    fc.assert(
      fc.property(
        fc.record({
          secret: fc.uint8Array({ minLength: 16, maxLength: 64 }),
          issuer: label,
          account: label,
          algorithm: algorithms,
          digits: fc.constantFrom(6, 8),
          period: periods,
        }),
        (options) => {
          const uri = keyUri(options)
          expect(uri).toMatch(/^otpauth:\/\/totp\/[\w!'()*.~%-]+:[\w!'()*.~%-]+\?[\w!'()*.~%&=-]+$/)
          const outcome = parseKeyUri(uri)
          expect(outcome).toMatchObject({
            ok: true,
            key: { type: 'totp', ...options, issuer: options.issuer.trim(), account: options.account.trim() },
          })
        },
      ),
    )
  })

  it('any text gets an outcome from the parsers, and a parsed key can be written again', () => {
    const pieces = fc.constantFrom(
      'otpauth://',
      'totp',
      'hotp',
      '/',
      'a',
      ':',
      '%3A',
      '?',
      'secret=',
      'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      '&',
      'issuer=',
      'digits=',
      '8',
      'period=',
      '60',
      'counter=',
      '%',
      '+',
      '#',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(pieces, { maxLength: 20 }).map((parts) => parts.join('')),
          fc
            .array(pieces, { maxLength: 8 })
            .map((parts) => `otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&${parts.join('')}`),
          fc
            .uint8Array({ maxLength: 60 })
            .map((bytes) => `otpauth-migration://offline?data=${Buffer.from(bytes).toString('base64url')}`),
        ),
        (text) => {
          const outcome = parseKeyUri(text)
          if (outcome.ok) expect(parseKeyUri(keyUri({ issuer: 'x', ...outcome.key })).ok).toBe(true)
          expect(typeof parseMigrationUri(text).ok).toBe('boolean')
        },
      ),
      { numRuns: 3000 },
    )
  })
})
