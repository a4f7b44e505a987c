import { cleanText } from 'nightlatch/events'
import { describe, expect, it } from 'vitest'

const hostile: readonly { readonly what: string; readonly text: string; readonly clean: string }[] = [
  { what: 'a line break that forges a second line', text: 'a\r\nBcc: x@y', clean: 'a\\u000d\\u000aBcc: x@y' },
  { what: 'NUL', text: 'a\0b', clean: 'a\\u0000b' },
  { what: 'a tab', text: 'a\tb', clean: 'a\\u0009b' },
  { what: 'a terminal escape', text: '\u001b[31mred', clean: '\\u001b[31mred' },
  { what: 'an 8-bit terminal escape', text: '\u009b31m', clean: '\\u009b31m' },
  { what: 'DEL', text: 'a\u007f', clean: 'a\\u007f' },
  { what: 'NEL', text: 'a\u0085b', clean: 'a\\u0085b' },
  { what: 'line and paragraph separators', text: 'a\u2028b\u2029c', clean: 'a\\u2028b\\u2029c' },
  { what: 'a bidi override', text: 'user\u202egpj.exe', clean: 'usergpj.exe' },
  { what: 'bidi isolates and marks', text: '\u2066a\u2069\u200e\u200f\u061cb', clean: 'ab' },
  { what: 'zero-width characters', text: 'a\u200bd\u200cm\u200di\u2060n\ufeff', clean: 'admin' },
  { what: 'a soft hyphen and a Hangul filler', text: 'a\u00add\u3164m', clean: 'adm' },
  { what: 'tag characters', text: 'a\u{e0041}\u{e007f}b', clean: 'ab' },
  { what: 'annotation marks', text: 'a\ufff9b\ufffbc', clean: 'abc' },
  { what: 'lone surrogates', text: 'a\ud800b\udc00', clean: 'a\ufffdb\ufffd' },
  { what: 'accents, scripts and emoji (unchanged)', text: 'Zoé — 太郎 🙂', clean: 'Zoé — 太郎 🙂' },
]

describe('cleanText', () => {
  it.each(hostile)('[LOG-5] escapes, removes or keeps $what', ({ text, clean }) => {
    expect(cleanText(text, 100)).toBe(clean)
  })

  it('cuts by code points and marks the cut', () => {
    expect(cleanText('🙂🙂🙂🙂', 3)).toBe('🙂🙂…')
    expect(cleanText('🙂🙂🙂', 3)).toBe('🙂🙂🙂')
    expect(cleanText('abcdef', 1)).toBe('…')
    expect(cleanText('', 1)).toBe('')
  })

  it('never cuts an escape in half', () => {
    expect(cleanText('ab\ncd', 9)).toBe('ab\\u000a…')
    expect(cleanText('ab\ncd', 7)).toBe('ab…')
    expect(cleanText('\n', 5)).toBe('…')
  })

  it('stops early in a very long text', () => {
    expect(cleanText('\n'.repeat(5_000_000), 12)).toBe('\\u000a…')
  })

  it.each([[1], [null], [undefined], [['a']]])('refuses %j', (text) => {
    expect(() => cleanText(text as unknown as string, 10)).toThrow(expect.objectContaining({ code: 'NL_ARGUMENT' }))
  })

  it.each([0, -1, 1.5, Number.NaN, Infinity])('refuses a length of %d', (maxLength) => {
    expect(() => cleanText('a', maxLength)).toThrow(expect.objectContaining({ code: 'NL_ARGUMENT' }))
  })
})
