import { formatBackupCode, looksLikeBackupCode, normalizeBackupCode } from 'nightlatch/backup-codes'
import { describe, expect, it } from 'vitest'
import { expectHonest, hostileValues } from '../hostile-values.ts'

const canonical = '7K3MQ9XTW02A1'

const dashes = Array.from(
  '\u002D\u00AD\u058A\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2E3A\u30A0\uFE58\uFE63\uFF0D',
)

describe('normalizeBackupCode', () => {
  it.each([
    ['as printed', '7K3M-Q9XTW-02A1'],
    ['canonical', '7K3MQ9XTW02A1'],
    ['lower case', '7k3m-q9xtw-02a1'],
    ['spaces', ' 7K3M Q9XTW 02A1\t\r\n'],
    ['a space after each character', Array.from('7K3MQ9XTW02A1').join(' ')],
    ['O, I and L', '7K3M-Q9XTW-O2AI'],
    ['o, i and l', '7k3m-q9xtw-o2al'],
    ['no-break and ideographic spaces', '7K3M\u00A0Q9XTW\u300002A1'],
    ['full-width', '７Ｋ３Ｍ－Ｑ９ＸＴＷ－０２ａ１'],
    ['full-width O and l', '７Ｋ３ＭＱ９ＸＴＷＯ２Ａｌ'],
    ['invisible marks of a copy', '\uFEFF\u202A7K3M\u200B-Q9XTW-02A1\u202C'],
  ])('[BC-13] accepts: %s', (_, text) => {
    expect(normalizeBackupCode(text)).toBe(canonical)
  })

  it('[BC-13] accepts every dash that people paste', () => {
    for (const dash of dashes) expect(normalizeBackupCode(['7K3M', 'Q9XTW', '02A1'].join(dash))).toBe(canonical)
  })

  it.each([
    ['too short', '7K3M-Q9XTW-02A'],
    ['too long', '7K3M-Q9XTW-02A11'],
    ['U, which Crockford leaves out', '7K3M-Q9XTW-02AU'],
    ['a sign', '7K3M-Q9XTW-02A!'],
    ['a letter of another script', '7К3M-Q9XTW-02A1'],
    ['a dotless i', '7K3M-Q9XTW-02Aı'],
    ['a long s', '7K3M-Q9XTW-02Aſ'],
    ['the Kelvin sign', '7K3M-Q9XTW-02A\u212A'],
    ['NUL', '7K3M-Q9XTW-02A\0'],
    ['a number of another script', '七K3M-Q9XTW-02A1'],
    ['a text longer than the cap', ' '.repeat(120) + '7K3MQ9XTW02A1'],
    ['a TOTP code', '123456'],
  ])('answers null: %s', (_, text) => {
    expect(normalizeBackupCode(text)).toBeNull()
  })

  it.each([
    ['123456', '123456'],
    ['123 456', '123456'],
    ['123-456', '123456'],
    ['１２３４５６', '123456'],
    ['l2345O', '123450'],
    ['12345', null],
    ['1234567', null],
    ['12345A', null],
  ])('reads six digits: %s', (text, code) => {
    expect(normalizeBackupCode(text, 'numeric-6')).toBe(code)
  })

  it('throws nothing for any value', () => {
    for (const value of hostileValues) {
      expect(normalizeBackupCode(value)).toBeNull()
      expect(looksLikeBackupCode(value)).toBe(false)
      expect(() => normalizeBackupCode(value, 'numeric-6')).not.toThrow()
    }
  })

  it('refuses an unknown profile', () => {
    for (const value of hostileValues.filter((one) => one !== undefined)) {
      expect(() => normalizeBackupCode('x', value as 'numeric-6')).toThrow(/^profile must be one of/)
    }
  })
})

describe('looksLikeBackupCode', () => {
  it('accepts only the shape of its profile', () => {
    expect(looksLikeBackupCode('7k3m q9xtw 02a1')).toBe(true)
    expect(looksLikeBackupCode('123456')).toBe(false)
    expect(looksLikeBackupCode('123456', 'numeric-6')).toBe(true)
    expect(looksLikeBackupCode('7k3m q9xtw 02a1', 'numeric-6')).toBe(false)
  })
})

describe('formatBackupCode', () => {
  it('writes a code in groups', () => {
    expect(formatBackupCode(canonical)).toBe('7K3M-Q9XTW-02A1')
    expect(formatBackupCode('7k3m-q9xtw-o2al')).toBe('7K3M-Q9XTW-02A1')
    expect(formatBackupCode('123456', 'numeric-6')).toBe('123456')
  })

  it('throws a NightlatchError without the text for anything else', () => {
    expect(() => formatBackupCode('7K3M-SECRET-TYPO')).toThrow(
      /^code must be a backup code of the profile crockford-13$/,
    )
    for (const value of hostileValues) expectHonest(() => formatBackupCode(value as string))
  })
})
