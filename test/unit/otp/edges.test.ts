import { describe, expect, it } from 'vitest'
import { hotp, keyUri, parseKeyUri, totp, totpStep, verifyHotp, verifyTotp } from 'nightlatch/otp'

const secret = new Uint8Array(20).fill(7)
const refused = expect.objectContaining({ code: 'NL_ARGUMENT' }) as Error

describe('a right code of all zeros', () => {
  const counter = 681994

  it('is right like any other', () => {
    expect(hotp({ secret, counter })).toBe('000000')
    expect(verifyHotp({ secret, counter, code: '000000' })).toMatchObject({ ok: true })
    const now = counter * 30_000
    expect(verifyTotp({ secret, now, code: '000 000', after: 0 })).toMatchObject({ ok: true, step: counter })
    expect(verifyTotp({ secret, now, code: '', after: 0 })).toMatchObject({ ok: false, reason: 'malformed' })
  })
})

describe('the time of a code', () => {
  it('is from zero to the largest whole number, or throws NL_ARGUMENT', () => {
    expect([0, 29_999.9, 30_000].map((now) => totpStep({ now }))).toEqual([0, 0, 1])
    expect(totpStep({ now: Number.MAX_SAFE_INTEGER })).toBe(Math.floor(Number.MAX_SAFE_INTEGER / 30_000))
    for (const now of [-1, -0.001, 2 ** 53, Infinity, Number.NaN, '5']) {
      expect(() => totpStep({ now: now as number })).toThrow(refused)
      expect(() => totp({ secret, now: now as number })).toThrow(refused)
      expect(() => verifyTotp({ secret, now: now as number, code: '123456', after: 0 })).toThrow(refused)
    }
  })
})

describe('the address of a key', () => {
  const good = { issuer: 'Acme', account: 'ada', secret } as const

  it('begins with otpauth and nothing before it', () => {
    const uri = keyUri(good)
    expect(parseKeyUri(uri)).toMatchObject({ ok: true })
    for (const text of [`x${uri}`, `https://${uri}`]) expect(parseKeyUri(text)).toMatchObject({ ok: false })
  })

  it('has names of at most 128 characters', () => {
    const longest = 'x'.repeat(128)
    expect(keyUri({ ...good, issuer: longest, account: longest })).toContain(longest)
    for (const name of ['issuer', 'account']) {
      expect(() => keyUri({ ...good, [name]: `${longest}x` })).toThrow(refused)
    }
  })
})

describe('a code that was used', () => {
  it('is told from one that is wrong', () => {
    const now = 1_790_000_000_000
    const step = totpStep({ now })
    const right = totp({ secret, now })
    const wrong = right === '111111' ? '222222' : '111111'
    expect(verifyTotp({ secret, now, code: right, after: step })).toMatchObject({ ok: false, reason: 'replayed' })
    expect(verifyTotp({ secret, now, code: wrong, after: step })).toMatchObject({ ok: false, reason: 'wrong' })
  })
})
