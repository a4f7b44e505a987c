import { hotp, otpLimits, prepareSecret, resynchronizeTotp, strict, totp, totpStep, verifyTotp } from 'nightlatch/otp'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { Sha1Key } from '../../../src/core/otp/sha1-key.ts'
import { hotpSecret, sharedCode, totpSecrets, totpVectors } from '../../vectors/otp.ts'

const secret = utf8(hotpSecret)
const period = 30
const step = 1000
const now = step * period * 1000
const at = (offset: number): string => hotp({ secret, counter: step + offset })

afterEach(() => vi.restoreAllMocks())

describe('totp', () => {
  it.each(totpVectors)('[TOTP-1, TOTP-2, TOTP-3] gives the codes of RFC 6238 at $seconds s', (vector) => {
    expect(totpStep({ now: vector.seconds * 1000 })).toBe(parseInt(vector.step, 16))
    for (const algorithm of ['SHA1', 'SHA256', 'SHA512'] as const) {
      const options = { secret: utf8(totpSecrets[algorithm]), now: vector.seconds * 1000, digits: 8, algorithm }
      expect(totp(options)).toBe(vector[algorithm])
      expect(totp({ ...options, secret: prepareSecret(options), now: options.now + 0.5 })).toBe(vector[algorithm])
    }
  })

  it('[TOTP-3] uses a 20-byte seed unchanged with SHA-256, unlike the appendix', () => {
    expect(totp({ secret, now: 59_000, digits: 8, algorithm: 'SHA256' })).toBe('32247374')
  })

  it('[TOTP-1] counts steps of 30 s from the epoch by default', () => {
    expect([0, 29_999, 30_000, 59_999, 60_000].map((time) => totpStep({ now: time }))).toEqual([0, 0, 1, 1, 2])
    expect(totpStep({ now: 59_999, period: 60 })).toBe(0)
    expect(totp({ secret, now: 59_000 })).toBe('287082')
  })

  it('[TOTP-2] keeps counting beyond 32 bits of seconds and of steps', () => {
    const end = Number.MAX_SAFE_INTEGER
    expect(totpStep({ now: end, period: 1 })).toBe(Math.floor(end / 1000))
    expect(totp({ secret, now: end, period: 1 })).toBe(hotp({ secret, counter: Math.floor(end / 1000) }))
    const { ok } = verifyTotp({ secret, code: totp({ secret, now: end, period: 1 }), now: end, period: 1 })
    expect(ok).toBe(true)
  })

  it('calculates with any whole period', () => {
    expect(totp({ secret, now: 7_200_000, period: 3600 })).toBe(hotp({ secret, counter: 2 }))
    for (const wrong of [0, -30, 1.5, Number.NaN]) expect(() => totp({ secret, now, period: wrong })).toThrow('period')
  })
})

describe('verifyTotp', () => {
  it('answers an outcome also for a match at drift zero and step zero', () => {
    expect(verifyTotp({ secret, code: at(0), now })).toEqual({ ok: true, step, drift: 0 })
    expect(verifyTotp({ secret, code: totp({ secret, now: 0 }), now: 0 })).toEqual({ ok: true, step: 0, drift: 0 })
  })

  it('[TOTP-7] accepts one step either way by default, more within the cap, none when strict', () => {
    const offsets = [-3, -2, -1, 0, 1, 2, 3]
    const accepted = (options: { window?: number }): number[] =>
      offsets.filter((offset) => verifyTotp({ secret, code: at(offset), now, ...options }).ok)
    expect(accepted({})).toEqual([-1, 0, 1])
    expect(accepted({ window: 2 })).toEqual([-2, -1, 0, 1, 2])
    expect(accepted({ window: 0 })).toEqual([0])
    expect(accepted(strict)).toEqual([0])
    expect(otpLimits.window).toBe(10)
    expect(verifyTotp({ secret, code: at(-10), now, window: 10 }).ok).toBe(true)
    for (const window of [11, 50, -1, 0.5, Infinity, Number.NaN]) {
      expect(() => verifyTotp({ secret, code: at(0), now, window })).toThrow('window must be an integer from 0 to 10')
    }
  })

  it('answers replayed for a spent step, and success only for later steps', () => {
    expect(verifyTotp({ secret, code: at(0), now, after: step })).toEqual({
      ok: false,
      reason: 'replayed',
      step,
      drift: 0,
    })
    expect(verifyTotp({ secret, code: at(-1), now, after: step })).toMatchObject({ reason: 'replayed', step: step - 1 })
    expect(verifyTotp({ secret, code: at(1), now, after: step })).toEqual({ ok: true, step: step + 1, drift: 1 })
    expect(verifyTotp({ secret, code: at(0), now, after: null }).ok).toBe(true)
  })

  it('answers an outcome, and does not throw, when the last accepted step is ahead of the clock', () => {
    for (const after of [step + 1, step + 2, step + 1e6, Number.MAX_SAFE_INTEGER]) {
      expect(verifyTotp({ secret, code: at(0), now, after })).toMatchObject({ ok: false, reason: 'replayed' })
      expect(verifyTotp({ secret, code: at(5), now, after })).toEqual({ ok: false, reason: 'wrong' })
    }
  })

  it('accepts the last match of the window, so that the same code is replayed afterwards', () => {
    const clock = sharedCode.first + 1
    const options = { secret, code: sharedCode.code, now: clock * period * 1000 }
    expect(verifyTotp(options)).toEqual({ ok: true, step: sharedCode.second, drift: 1 })
    expect(verifyTotp({ ...options, after: sharedCode.first })).toMatchObject({ ok: true, step: sharedCode.second })
    expect(verifyTotp({ ...options, after: sharedCode.second })).toMatchObject({ reason: 'replayed' })
  })

  it('[TOTP-8] follows a learned drift, within its cap', () => {
    const learned = verifyTotp({ secret, code: at(1), now })
    expect(learned).toEqual({ ok: true, step: step + 1, drift: 1 })
    expect(verifyTotp({ secret, code: at(2), now }).ok).toBe(false)
    expect(verifyTotp({ secret, code: at(2), now, drift: 1 })).toEqual({ ok: true, step: step + 2, drift: 2 })
    expect(verifyTotp({ secret, code: at(-1), now, drift: 1 }).ok).toBe(false)

    expect(verifyTotp({ secret, code: at(120), now, drift: 120 })).toMatchObject({ ok: true, drift: 120 })
    expect(verifyTotp({ secret, code: at(121), now, drift: 120 }).ok).toBe(false)
    expect(verifyTotp({ secret, code: at(-120), now, drift: -120 })).toMatchObject({ ok: true, drift: -120 })
    expect(verifyTotp({ secret, code: at(-121), now, drift: -120 }).ok).toBe(false)
    for (const drift of [121, -121, 0.5, Number.NaN]) {
      expect(() => verifyTotp({ secret, code: at(0), now, drift })).toThrow('drift')
    }
  })

  it('[TOTP-10] refuses to verify codes that live longer than two minutes', () => {
    expect(verifyTotp({ secret, code: totp({ secret, now, period: 120 }), now, period: 120 }).ok).toBe(true)
    expect(() => verifyTotp({ secret, code: at(0), now, period: 121 })).toThrow('period')
    expect(() => resynchronizeTotp({ secret, codes: [at(0), at(1)], now, period: 121 })).toThrow('period')
  })

  it('[TOTP-14] hashes every step of the window for any code, and none for a malformed text', () => {
    const hashed = vi.spyOn(Sha1Key.prototype, 'at')
    const steps = (code: unknown, window = 2): number => {
      hashed.mockClear()
      verifyTotp({ secret, code: code as string, now, window })
      return hashed.mock.calls.length
    }
    const codes = [-3, -2, -1, 0, 1, 2].map(at)
    for (const code of codes) expect(steps(code)).toBe(5)
    for (const code of ['12345', '1234567', '12345a', `${codes[3]!}${' '.repeat(123)}`, null])
      expect(steps(code)).toBe(0)
    expect(steps(`${codes[3]!}${' '.repeat(122)}`)).toBe(5)
    expect(steps(codes[0], 0)).toBe(1)
  })

  it.each([
    ['a digit short', '12345'],
    ['a digit too many', '1234567'],
    ['a letter', '12345a'],
    ['a non-ASCII letter', '12345é'],
    ['a number of another script', '一二三四五六'],
    ['a sign', '+12345'],
    ['a point', '123.45'],
    ['an exponent', '1e5000'],
    ['nothing', ''],
    ['a cut character', '12345\ud835'],
    ['100,000 digits', '1'.repeat(100_000)],
    ['null', null],
    ['undefined', undefined],
    ['a number', 123456],
    ['an object', { toString: () => '123456' }],
    ['an array', ['123456']],
    ['a symbol', Symbol('123456')],
    ['a bigint', 123456n],
  ])('answers %s as malformed', (_name, code) => {
    expect(verifyTotp({ secret, code: code as string, now })).toEqual({ ok: false, reason: 'malformed' })
  })

  it('reads codes with spaces, hyphens and full-width digits', () => {
    const code = at(0)
    const wide = code.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
    for (const text of [
      `${code.slice(0, 3)} ${code.slice(3)}`,
      `${code.slice(0, 3)}-${code.slice(3)}`,
      ` ${code}\n`,
      wide,
    ]) {
      expect(verifyTotp({ secret, code: text, now }).ok).toBe(true)
    }
  })

  it('verifies 7 and 8 digits and the other hashes', () => {
    for (const algorithm of ['SHA1', 'SHA256', 'SHA512'] as const) {
      for (const digits of [6, 7, 8]) {
        const code = totp({ secret, now, digits, algorithm })
        expect(verifyTotp({ secret, code, now, digits, algorithm }).ok).toBe(true)
        const other = String((Number(code) + 1) % 10 ** digits).padStart(digits, '0')
        expect(verifyTotp({ secret, code: other, now, digits, algorithm, window: 0 })).toEqual({
          ok: false,
          reason: 'wrong',
        })
      }
    }
  })
})

describe('resynchronizeTotp', () => {
  it('[TOTP-9] finds a drifted authenticator only by two consecutive codes', () => {
    const outcome = resynchronizeTotp({ secret, codes: [at(70), at(71)], now })
    expect(outcome).toEqual({ ok: true, step: step + 71, drift: 71 })
    expect(verifyTotp({ secret, code: at(72), now, drift: 71, after: step + 71 }).ok).toBe(true)
    expect(resynchronizeTotp({ secret, codes: [at(-120), at(-119)], now })).toMatchObject({ ok: true, drift: -119 })

    for (const codes of [
      [at(70), at(70)],
      [at(71), at(70)],
      [at(70), at(72)],
      [at(70), '000000'],
    ] as const) {
      expect(resynchronizeTotp({ secret, codes, now })).toEqual({ ok: false, reason: 'wrong' })
    }
  })

  it('searches an hour either way, and never more than 120 steps', () => {
    expect(resynchronizeTotp({ secret, codes: [at(119), at(120)], now })).toMatchObject({ ok: true, drift: 120 })
    expect(resynchronizeTotp({ secret, codes: [at(120), at(121)], now }).ok).toBe(false)
    expect(resynchronizeTotp({ secret, codes: [at(3), at(4)], now, search: 3 }).ok).toBe(false)
    for (const search of [0, 121, 1.5]) {
      expect(() => resynchronizeTotp({ secret, codes: [at(0), at(1)], now, search })).toThrow('search')
    }
  })

  it('answers replayed when either code was spent', () => {
    const codes = [at(5), at(6)] as const
    expect(resynchronizeTotp({ secret, codes, now, after: step + 4 }).ok).toBe(true)
    for (const after of [step + 5, step + 6, step + 500]) {
      expect(resynchronizeTotp({ secret, codes, now, after })).toMatchObject({ ok: false, reason: 'replayed' })
    }
  })

  it('answers malformed for a malformed code, and throws for anything but a pair', () => {
    expect(resynchronizeTotp({ secret, codes: ['12345', at(1)], now })).toEqual({ ok: false, reason: 'malformed' })
    expect(resynchronizeTotp({ secret, codes: [at(0), null as never], now })).toMatchObject({ reason: 'malformed' })
    for (const codes of [[at(0)], [at(0), at(1), at(2)], 'ab', null]) {
      expect(() => resynchronizeTotp({ secret, codes: codes as never, now })).toThrow('codes must be two texts')
    }
  })
})
