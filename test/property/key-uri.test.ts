import fc from 'fast-check'
import { encodeBase32, parseKeyUri } from 'nightlatch/otp'
import { describe, expect, it } from 'vitest'

const secret = encodeBase32(new Uint8Array(20).fill(9))
const known = ['issuer', 'algorithm', 'digits', 'period', 'counter']
const good: Readonly<Record<string, string>> = {
  issuer: 'Acme',
  algorithm: 'SHA256',
  digits: '8',
  period: '60',
  counter: '7',
}

const encoded = (text: string): string =>
  Array.from(text, (one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')

const spelled = fc.constantFrom<(name: string) => string>(
  (name) => name,
  (name) => name.toUpperCase(),
  encoded,
  (name) => encoded(name.slice(0, 1)) + name.slice(1),
)
const parameter = fc.record({
  name: fc.oneof(fc.constantFrom(...known), fc.constantFrom('encoder', 'image', 'lock', 'algo', 'amp;digits')),
  spell: spelled,
  value: fc.option(fc.constantFrom('8', '6', '60', 'steam', 'SHA256', 'x')),
})
const separators = fc.constantFrom('&', '&', '&', '&&', '&amp;', '&#38;', ';', '?')

describe('parameters of a key URI', () => {
  it('are read, or named, or make the URI refused: none is dropped', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('totp' as const, 'hotp' as const),
        fc.array(fc.tuple(separators, parameter), { maxLength: 5 }),
        (type, parameters) => {
          const counter = type === 'hotp' ? '&counter=7' : ''
          const query = parameters.map(([drawn, { name, spell, value }]) => {
            // Before a name that the format does not have, these two may well be a part of the value before it.
            const isText = !['encoder', ...known].includes(name) && [';', '?'].includes(drawn)
            const separator = isText ? '&' : drawn
            const own = value ?? good[name]
            return `${separator}${spell(name)}${own === undefined ? '' : `=${own}`}`
          })
          const outcome = parseKeyUri(`otpauth://${type}/alice?secret=${secret}${counter}${query.join('')}`)
          if (!outcome.ok) return
          const { key, ignored } = outcome
          const shown: Readonly<Record<string, unknown>> = { ...key }
          for (const [, { name, value }] of parameters) {
            const text = String(shown[name])
            const isRead = (value ?? good[name]) === text
            expect(isRead || ignored.includes(name), `${name} in ${query.join('')}`).toBe(true)
          }
          const isHarmless = ignored.every((name) => ['image', 'lock'].includes(name))
          expect(key.warnings.includes('ignored-parameter')).toBe(!isHarmless)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('of a text that was escaped as HTML or as a part of a URI are not read as fewer parameters', () => {
    const uri = `otpauth://totp/Acme:alice?secret=${secret}&issuer=Acme&algorithm=SHA256&digits=8&period=60`
    const read = parseKeyUri(uri)
    expect(read).toMatchObject({ ok: true, key: { algorithm: 'SHA256', digits: 8, period: 60 } })
    for (const escaped of [
      uri.replaceAll('&', '&amp;'),
      uri.replaceAll('&', '&amp;amp;'),
      uri.replaceAll('&', '&#38;'),
      uri.replaceAll('&', '&#x26;'),
      uri.replaceAll('&', '%26'),
      uri.replaceAll('&', ';'),
      encodeURIComponent(uri),
    ]) {
      expect(parseKeyUri(escaped).ok, escaped).toBe(false)
    }
  })
})
