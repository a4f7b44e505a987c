import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MailTemplate } from '../../src/core/mail/index.ts'
import { composeMail } from '../../src/core/mail/index.ts'
import { everyLanguage, templates } from '../unit/mail/samples.ts'

const piece = fc.constantFrom(
  '<',
  '>',
  '"',
  "'",
  '&',
  '&lt;',
  '<!--',
  ']]>',
  '</td>',
  '<script>',
  '\r\n',
  '\0',
  '\u202e',
  '$&',
  '« ',
  ' !',
)
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 40 }).map((parts) => parts.join('')),
)
const required = hostile.map((text) => `x${text}`)

const request = fc
  .record({
    template: fc.constantFrom(...templates),
    language: fc.constantFrom(...everyLanguage),
    values: fc.record({ label: hostile, ip: hostile, userAgent: hostile }),
    at: fc.integer({ min: -8.64e15, max: 8.64e15 }),
    locale: fc.oneof(hostile, fc.constantFrom('en', 'fr', 'fr-CA')),
    timeZone: fc.oneof(hostile, fc.constantFrom('UTC', 'Europe/Paris')),
    appName: required,
    contact: required,
    name: hostile,
    antiPhishingCode: hostile,
  })
  .map(({ template, values, at, ...rest }) => ({ ...rest, template: { ...template, ...values, at } as MailTemplate }))

/** The tags of a document, without their attributes. */
const tagsOf = (html: string): readonly string[] => (html.match(/<[^<>]*>/g) ?? []).map((tag) => tag.split(/[ >]/)[0]!)

describe('composeMail', () => {
  it('[MAIL-1] [MAIL-3] has a subject of one line for any values, and the same tags as with harmless values', () => {
    fc.assert(
      fc.property(request, (one) => {
        const mail = composeMail(one)
        expect(mail.subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u)
        expect([...mail.subject].length).toBeLessThan(200)
        expect(mail.text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u)
        // Values that clean to nothing have no line of their own; all others change no tag.
        const body = mail.html.replaceAll(/<tr>.*?<\/tr>\n?|<p [^>]*border:1px.*?<\/p>\n/gs, '')
        const plain = composeMail({
          ...one,
          appName: 'A',
          contact: 'c',
          name: 'n',
          antiPhishingCode: 'c',
          template: { ...one.template, label: 'l', ip: 'i', userAgent: 'u' } as MailTemplate,
        })
        const plainBody = plain.html.replaceAll(/<tr>.*?<\/tr>\n?|<p [^>]*border:1px.*?<\/p>\n/gs, '')
        expect(tagsOf(body)).toEqual(tagsOf(plainBody))
        expect(mail.html.replaceAll(/<[^<>]*>/g, '')).not.toMatch(/[<>]/)
      }),
    )
  })
})
