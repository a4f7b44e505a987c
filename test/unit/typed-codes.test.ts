import { backupCodeHashInput, looksLikeBackupCode, normalizeBackupCode } from 'nightlatch/backup-codes'
import { decodeBase32, normalizeCode, resynchronizeTotp, totp, verifyHotp, verifyTotp } from 'nightlatch/otp'
import { matchesSmsCode, normalizeSmsCode, smsDigest } from 'nightlatch/sms'
import { describe, expect, it } from 'vitest'

/** Of every script but the large ones, whose characters are all alike here. */
const everyCharacter = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((character) => !/[\p{Script=Han}\p{Script=Hangul}\p{Script=Tangut}\p{Co}]/u.test(character))
  .filter((character) => !/\p{Cn}/u.test(character) || /\p{Default_Ignorable_Code_Point}/u.test(character))

const every = (property: RegExp): readonly string[] => everyCharacter.filter((character) => property.test(character))

const skipped = every(/[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Dash}]/u)

/** The character before, behind and inside a code. */
const around = (code: string, mark: string): string => [mark, ...Array.from(code, (one) => one + mark)].join('')

const secret = new Uint8Array(20).fill(7)
const now = 1_800_000_000_000
const binding = { key: secret.slice(0, 20), challenge: 'c', purpose: 'login', phone: '+36301234567' } as const
const strong = '7K3MQ9XTW02A1'

describe('every invisible character, space and dash', () => {
  it('is skipped around and inside a code of every kind', () => {
    expect(skipped.length).toBeGreaterThan(4000)
    for (const mark of skipped) {
      const shown = `U+${mark.codePointAt(0)!.toString(16)}`
      expect(normalizeCode(around('049173', mark)), shown).toBe('049173')
      expect(normalizeSmsCode(around('04917382', mark)), shown).toBe('04917382')
      expect(normalizeBackupCode(around(strong, mark)), shown).toBe(strong)
      expect(normalizeBackupCode(around('049173', mark), 'numeric-6'), shown).toBe('049173')
    }
  })

  it('is skipped by everything that compares a code', () => {
    const code = totp({ secret, now })
    const later = totp({ secret, now: now + 30_000 })
    const sms = { ...binding, key: new Uint8Array(32) }
    const digest = smsDigest({ ...sms, code })
    for (const mark of skipped.filter((_, at) => at % 61 === 0)) {
      const typed = around(code, mark)
      expect(verifyTotp({ secret, now, code: typed })).toMatchObject({ ok: true })
      expect(verifyHotp({ secret, counter: now / 30_000, code: typed })).toMatchObject({ ok: true })
      expect(resynchronizeTotp({ secret, now, codes: [typed, around(later, mark)] })).toMatchObject({ ok: true })
      expect(matchesSmsCode({ ...sms, digest, text: typed })).toBe(true)
      expect(backupCodeHashInput(around(strong, mark))).toEqual(backupCodeHashInput(strong))
    }
  })

  it('is skipped in a secret that is typed by hand', () => {
    for (const mark of skipped) {
      expect(decodeBase32(around('GEZDGNBV', mark))).toEqual({ ok: true, bytes: new TextEncoder().encode('12345') })
    }
  })

  it('is skipped twice around each character, and a text of a megabyte is no code at once', () => {
    for (const mark of ['\u{E0020}', '\u2066', ' ']) {
      expect(normalizeBackupCode(around(strong, mark + mark))).toBe(strong)
      expect(normalizeCode(around('04917382', mark + mark))).toBe('04917382')
      const long = mark.repeat(1_000_000)
      for (const read of [normalizeCode, normalizeSmsCode, normalizeBackupCode]) {
        expect(read(`${long}049173`)).toBeNull()
      }
    }
  })
})

describe('digits of every script', () => {
  it('are read as the same number in a code of every kind', () => {
    const sets = Intl.supportedValuesOf('numberingSystem').flatMap((system) => {
      const format = new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false })
      const digits = Array.from({ length: 10 }, (_, digit) => format.format(digit))
      return digits.every((digit) => /^\p{Nd}$/u.test(digit)) ? [digits] : []
    })
    expect(sets.length).toBeGreaterThan(60)
    for (const digits of sets) {
      const write = (code: string): string => code.replace(/\d/g, (digit) => digits[Number(digit)]!)
      expect(normalizeCode(write('0123456789'))).toBe('0123456789')
      expect(normalizeSmsCode(write('987654'))).toBe('987654')
      expect(normalizeBackupCode(write(strong))).toBe(strong)
      expect(normalizeBackupCode(write('045678'), 'numeric-6')).toBe('045678')
    }
  })

  it('have a value from 0 to 9, each as often as every other', () => {
    const digits = every(/\p{Nd}/u)
    const counts = new Map<string, number>()
    for (const digit of digits) {
      const value = normalizeCode(digit) ?? 'none'
      counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    expect([...counts.keys()].sort()).toEqual([...'0123456789'])
    expect([...counts.values()]).toEqual(new Array(10).fill(digits.length / 10))
  })
})

describe('every other character', () => {
  it('makes a text no code, so that no two codes are read as one', () => {
    const known = new Set([...skipped, ...every(/\p{Nd}/u), '\u2043', '\u30FC', '\uFF70', '\uFFF9', '\uFFFA', '\uFFFB'])
    for (const character of everyCharacter.filter((one) => !known.has(one))) {
      if (normalizeCode(`${character}123456`) !== null)
        throw new Error(`read: U+${character.codePointAt(0)!.toString(16)}`)
    }
  })

  it('but letters of a backup code makes it none, and each code keeps its own letters', () => {
    const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
    const read = new Map<string, string[]>()
    for (const character of every(/[^\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Dash}\p{Nd}]/u)) {
      const code = normalizeBackupCode(`7K3MQ9XTW02A${character}`)
      if (code !== null) read.set(code.at(-1)!, [...(read.get(code.at(-1)!) ?? []), character])
    }
    for (const [letter, spellings] of read) {
      const wide = (text: string): string =>
        Array.from(text, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)).join('')
      const plain = { '0': 'Oo', '1': 'IiLl' }[letter] ?? letter + letter.toLowerCase()
      expect(alphabet).toContain(letter)
      expect(spellings.sort()).toEqual([...plain, ...wide(plain)].sort())
    }
    expect(read.size).toBe(24)
  })

  it('leaves the shape as it was: marks make no short code a long one', () => {
    for (const mark of ['\u200B', ' ', '-', '\u3164', '\u{E0001}']) {
      expect(looksLikeBackupCode(around('049173', mark))).toBe(false)
      expect(looksLikeBackupCode(around(strong, mark), 'numeric-6')).toBe(false)
      expect(normalizeCode(around(strong, mark))).toBeNull()
    }
  })
})
