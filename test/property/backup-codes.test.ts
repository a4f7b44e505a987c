import fc from 'fast-check'
import {
  backupCodeHashInput,
  formatBackupCode,
  generateBackupCodes,
  matchBackupCode,
  maxBackupCodes,
  normalizeBackupCode,
} from 'nightlatch/backup-codes'
import type { BackupCodeProfile } from 'nightlatch/backup-codes'
import { describe, expect, it } from 'vitest'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const canonical = fc
  .constantFrom<BackupCodeProfile>('crockford-13', 'numeric-6')
  .chain((profile) =>
    fc
      .string(
        profile === 'numeric-6'
          ? { unit: fc.constantFrom(...'0123456789'), minLength: 6, maxLength: 6 }
          : { unit: fc.constantFrom(...alphabet), minLength: 13, maxLength: 13 },
      )
      .map((code) => ({ profile, code })),
  )

const spellings: Readonly<Record<string, readonly string[]>> = { '0': ['0', 'O', 'o'], '1': ['1', 'I', 'i', 'L', 'l'] }
const spelled = (character: string): fc.Arbitrary<string> => {
  const plain = spellings[character] ?? [character, character.toLowerCase()]
  const wide = plain.map((one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0))
  return fc
    .tuple(fc.constantFrom(...plain, ...wide), fc.constantFrom('', '', '', ' ', '-', '\u2013', ' - ', '\u00A0', '\t'))
    .map((pair) => pair.join(''))
}

const digest = fc.uint8Array({ minLength: 32, maxLength: 32 })

describe('backup codes', () => {
  it('[BC-13] a code that is written in groups is read as the same code', () => {
    fc.assert(
      fc.property(canonical, ({ code, profile }) => {
        expect(normalizeBackupCode(code, profile)).toBe(code)
        expect(normalizeBackupCode(formatBackupCode(code, profile), profile)).toBe(code)
      }),
    )
  })

  it('[BC-13] every accepted spelling is read as the code, so that no entropy is lost', () => {
    const typed = canonical.chain(({ code, profile }) =>
      fc.tuple(...Array.from(code, spelled)).map((parts) => ({ code, profile, text: parts.join('') })),
    )
    fc.assert(
      fc.property(typed, ({ code, profile, text }) => {
        expect(normalizeBackupCode(text, profile)).toBe(code)
        expect(backupCodeHashInput(text, profile)).toEqual(backupCodeHashInput(code, profile))
      }),
    )
  })

  it('any text gives null, or a canonical code that is read as itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const read = normalizeBackupCode(text)
        if (read !== null) expect(normalizeBackupCode(read)).toBe(read)
      }),
    )
  })

  it('[BC-1] a set depends only on its entropy, and its codes are distinct and well formed', () => {
    const request = fc.record({
      entropy: fc.uint8Array({ minLength: 32, maxLength: 64 }),
      count: fc.integer({ min: 1, max: maxBackupCodes }),
      profile: fc.constantFrom<BackupCodeProfile>('crockford-13', 'numeric-6'),
    })
    fc.assert(
      fc.property(request, (options) => {
        const codes = generateBackupCodes(options)
        expect(codes).toEqual(generateBackupCodes({ ...options, entropy: options.entropy.slice() }))
        expect(new Set(codes).size).toBe(options.count)
        for (const code of codes) {
          expect(formatBackupCode(normalizeBackupCode(code, options.profile)!, options.profile)).toBe(code)
        }
        expect(generateBackupCodes({ ...options, count: 1 })).toEqual(codes.slice(0, 1))
      }),
    )
  })

  it('a digest is found at its own index, and at no other', () => {
    fc.assert(
      fc.property(fc.uniqueArray(digest, { selector: String, maxLength: maxBackupCodes }), digest, (digests, other) => {
        digests.forEach((one, at) => expect(matchBackupCode({ digest: one.slice(), digests })).toBe(at))
        const at = digests.findIndex((one) => String(one) === String(other))
        expect(matchBackupCode({ digest: other, digests })).toBe(at)
      }),
    )
  })

  it('different codes never share a hash input', () => {
    fc.assert(
      fc.property(canonical, canonical, (a, b) => {
        const same = String(backupCodeHashInput(a.code, a.profile)) === String(backupCodeHashInput(b.code, b.profile))
        expect(same).toBe(a.code === b.code && a.profile === b.profile)
      }),
    )
  })
})
