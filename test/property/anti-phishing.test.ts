import fc from 'fast-check'
import { checkAntiPhishingCode } from 'nightlatch/anti-phishing'
import { describe, expect, it } from 'vitest'

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'aé7 -\u0301\u200B\u202E\u3164<🦩'), maxLength: 40 }),
)

describe('checkAntiPhishingCode', () => {
  it('accepts no invisible, bidi, control or active character, and accepts its own result unchanged', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const answer = checkAntiPhishingCode(text)
        if (!answer.ok) return
        expect(answer.code).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}<>&"@/:.]/u)
        expect(answer.code).toBe(answer.code.normalize('NFC').trim())
        expect(Array.from(answer.code).length).toBeGreaterThanOrEqual(4)
        expect(Array.from(answer.code).length).toBeLessThanOrEqual(32)
        expect(checkAntiPhishingCode(answer.code)).toEqual(answer)
      }),
      { numRuns: 2000 },
    )
  })

  it('refuses a forbidden word in any case, with any digits and signs around it', () => {
    const word = fc.string({ unit: fc.constantFrom(...'bcdfghjkmnpqrtvwxz'), minLength: 4, maxLength: 12 })
    const around = fc.string({ unit: fc.constantFrom(...'0123456789-_!?+*#, '), maxLength: 8 })
    fc.assert(
      fc.property(word, around, around, fc.boolean(), (name, before, after, upper) => {
        const text = before + (upper ? name.toUpperCase() : name) + after
        for (const forbidden of [{ name }, { appName: name }, { mails: [`${name}@x.example`] }, { password: name }]) {
          expect(checkAntiPhishingCode(text, forbidden).ok).toBe(false)
        }
      }),
    )
  })
})
