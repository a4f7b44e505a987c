import { decodeBase32, encodeBase32 } from 'nightlatch/otp'
import { describe, expect, it } from 'vitest'
import { textOf, utf8 } from '../../../src/core/bytes.ts'
import { base32Vectors } from '../../vectors/otp.ts'

describe('base32', () => {
  it.each(base32Vectors)('[URI-4] writes and reads the vector of RFC 4648 for %j', (plain, encoded) => {
    expect(encodeBase32(utf8(plain))).toBe(encoded)
    expect(decodeBase32(encoded)).toEqual({ ok: true, bytes: utf8(plain) })
  })

  it('[URI-4] ignores case, spaces, hyphens and padding', () => {
    for (const text of [
      'mzxw6ytboi',
      'MZXW 6YTB OI',
      'mzxw-6ytb-oi',
      ' MZXW6YTBOI====== ',
      'MZXW6YTBOI=',
      'MZ\u00a0XW6YTB\r\nOI = =',
    ]) {
      const outcome = decodeBase32(text)
      expect(outcome.ok && textOf(outcome.bytes)).toBe('foobar')
    }
  })

  it.each([
    ['MZXW0YTB', 4, '0'],
    ['MZ1', 2, '1'],
    ['8', 0, '8'],
    ['MZ XW 9', 6, '9'],
    ['MZ=XW', 3, 'X'],
    ['=MZXW', 0, '='],
    ['MZXW.', 4, '.'],
    ['ＭＺ', 0, 'Ｍ'],
    ['MZ😀XW', 2, '😀'],
    ['MZ\ud83d', 2, '\ud83d'],
    ['\u017f', 0, '\u017f'],
    ['\u212a', 0, '\u212a'],
    ['MZ\0', 2, '\0'],
  ])('names the first bad character of %j', (text, at, character) => {
    expect(decodeBase32(text)).toEqual({ ok: false, reason: 'character', at, character })
  })

  it('refuses impossible lengths and trailing bits', () => {
    for (const text of ['M', 'MZX', 'MZXW6Y', 'MZXW6YTBO']) {
      expect(decodeBase32(text)).toEqual({ ok: false, reason: 'length' })
    }
    for (const text of ['MZ', 'MZXR', 'MZXW7', 'MZXW6YR']) {
      expect(decodeBase32(text)).toEqual({ ok: false, reason: 'trailing-bits' })
    }
  })

  it.each([
    ['M', '', 'length'],
    ['MZX', 'f', 'length'],
    ['MZXW6Y', 'foo', 'length'],
    ['MZXW6YTBO', 'fooba', 'length'],
    ['MZ', 'f', 'trailing-bits'],
    ['MZXR', 'fo', 'trailing-bits'],
    ['MZXW7', 'foo', 'trailing-bits'],
    ['MZXW6YR', 'foob', 'trailing-bits'],
  ])('drops the bits of %j after its last byte with the option legacy, and says so', (text, plain, dropped) => {
    expect(decodeBase32(text, { legacy: true })).toEqual({ ok: true, bytes: utf8(plain), dropped })
    expect(decodeBase32(text, { legacy: false })).toEqual({ ok: false, reason: dropped })
    expect(decodeBase32('MZXW6YTB', { legacy: true })).toEqual({ ok: true, bytes: utf8('fooba') })
    expect(decodeBase32(`${text}!`, { legacy: true })).toMatchObject({ reason: 'character' })
  })

  it('answers not-text for a value that is no text, and encodes only bytes', () => {
    for (const value of [null, undefined, 5, {}, ['MY']]) {
      expect(decodeBase32(value as never)).toEqual({ ok: false, reason: 'not-text' })
      expect(() => encodeBase32(value as never)).toThrow('bytes must be a Uint8Array')
    }
  })
})
