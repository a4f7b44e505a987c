import { inspect } from 'node:util'
import { formatSecret, generateSecret, normalizeCode, prepareSecret, totp, verifyTotp } from 'nightlatch/otp'
import { describe, expect, it } from 'vitest'
import { isNightlatchError } from '../../../src/core/errors.ts'
import { sourceFiles } from '../source-tree.ts'

const entropy = new Uint8Array(80).map((_, i) => i + 1)

describe('generateSecret', () => {
  it('[TOTP-4, HOTP-4] is as long as the HMAC output', () => {
    expect(generateSecret({ entropy }).length).toBe(20)
    expect(generateSecret({ entropy, algorithm: 'SHA1' }).length).toBe(20)
    expect(generateSecret({ entropy, algorithm: 'SHA256' }).length).toBe(32)
    expect(generateSecret({ entropy, algorithm: 'SHA512' }).length).toBe(64)
  })

  it('[HOTP-5] depends only on the given entropy', () => {
    expect(generateSecret({ entropy })).toEqual(entropy.slice(0, 20))
    expect(generateSecret({ entropy }).buffer).not.toBe(entropy.buffer)
    const sources = sourceFiles('src/core/otp').map((file) => file.tree.text)
    expect(
      sources.filter((text) => /Math\.random|getRandomValues|randomBytes|\bDate\b/.test(withoutComments(text))),
    ).toEqual([])
  })

  it('refuses entropy that is too short', () => {
    expect(() => generateSecret({ entropy: entropy.slice(0, 19) })).toThrow('entropy must be at least 20 bytes')
    expect(() => generateSecret({ entropy: entropy.slice(0, 63), algorithm: 'SHA512' })).toThrow('at least 64 bytes')
    expect(() => generateSecret({ entropy: 'x'.repeat(20) as never })).toThrow('entropy must be a Uint8Array')
  })
})

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*/g, '')
}

describe('formatSecret', () => {
  it('[URI-10] groups the base32 by four for typing', () => {
    expect(formatSecret(entropy.slice(0, 20))).toBe('AEBA GBAF AYDQ QCIK BMGA 2DQP CAIR EEYU')
    expect(formatSecret(entropy.slice(0, 16))).toBe('AEBA GBAF AYDQ QCIK BMGA 2DQP CA')
    expect(formatSecret(new Uint8Array(0))).toBe('')
  })
})

describe('prepareSecret', () => {
  it('replaces the secret in every call', () => {
    for (const algorithm of ['SHA1', 'SHA256', 'SHA512'] as const) {
      const secret = entropy.slice(0, 70)
      const prepared = prepareSecret({ secret, algorithm })
      const other = prepareSecret({ secret: entropy.slice(3), algorithm })
      for (let now = 0; now < 600_000; now += 30_000) {
        const code = totp({ secret, now, algorithm })
        expect(totp({ secret: prepared, now })).toBe(code)
        expect(verifyTotp({ secret: prepared, code, now, algorithm }).ok).toBe(true)
        expect(totp({ secret: other, now })).not.toBe(code)
      }
    }
  })

  it('works only with its own algorithm', () => {
    const prepared = prepareSecret({ secret: entropy })
    expect(prepared.algorithm).toBe('SHA1')
    expect(() => totp({ secret: prepared, now: 0, algorithm: 'SHA256' })).toThrow('prepared for')
  })

  it('does not change when the bytes it was made of are wiped', () => {
    const bytes = entropy.slice(0, 20)
    const prepared = prepareSecret({ secret: bytes })
    const code = totp({ secret: prepared, now: 0 })
    bytes.fill(0)
    expect(totp({ secret: prepared, now: 0 })).toBe(code)
  })

  it('shows nothing of the secret when logged or serialized', () => {
    for (const algorithm of ['SHA1', 'SHA256', 'SHA512'] as const) {
      const prepared = prepareSecret({ secret: entropy, algorithm })
      expect(JSON.stringify(prepared)).toBe(JSON.stringify({ algorithm }))
      expect(inspect(prepared, { depth: 5, showHidden: true })).toMatch(/^Sha[12]Key \{ algorithm: 'SHA\d+' \}$/)
    }
  })
})

describe('a value that is no secret', () => {
  it.each([
    ['empty', new Uint8Array(0)],
    ['text', 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'],
    ['an array', [1, 2, 3]],
    ['another view', new Uint16Array(20)],
    ['a look-alike of a prepared one', { algorithm: 'SHA1', at: () => 0 }],
    ['nothing', undefined],
  ])('is refused: %s', (_name, secret) => {
    for (const call of [
      () => totp({ secret: secret as never, now: 0 }),
      () => verifyTotp({ secret: secret as never, now: 0, code: '123456' }),
      () => verifyTotp({ secret: secret as never, now: 0, code: 'no code' }),
      () => prepareSecret({ secret: secret as never }),
    ]) {
      let thrown: unknown
      try {
        call()
      } catch (error) {
        thrown = error
      }
      expect(isNightlatchError(thrown) && thrown.code).toBe('NL_ARGUMENT')
      expect((thrown as Error).message).toBe('secret must be a Uint8Array of at least one byte')
    }
  })
})

describe('normalizeCode', () => {
  it('drops spaces and hyphens and reads full-width digits', () => {
    for (const text of [
      '123456',
      '123 456',
      '123-456',
      ' 12\u00a034\u202f56\n',
      '１２３　４５６',
      '12–34－56',
      '\ufeff123456\u200b',
    ]) {
      expect(normalizeCode(text)).toBe('123456')
    }
    expect(normalizeCode('')).toBe('')
    expect(normalizeCode('12')).toBe('12')
  })

  it('is null for any other text or value', () => {
    for (const text of ['12345a', '1.2', '+1', '1_2', '1\0', 'Ⅳ', '²', null, undefined, 123456, {}]) {
      expect(normalizeCode(text)).toBe(null)
    }
    expect(normalizeCode('1'.repeat(128))).toBe('1'.repeat(128))
    expect(normalizeCode('1'.repeat(129))).toBe(null)
  })
})
