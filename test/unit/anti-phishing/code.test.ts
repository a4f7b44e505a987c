import { checkAntiPhishingCode } from 'nightlatch/anti-phishing'
import type { ForbiddenWords } from 'nightlatch/anti-phishing'
import { describe, expect, it } from 'vitest'
import { expectHonest, hostileTexts, hostileValues } from '../hostile-values.ts'

const forbidden: ForbiddenWords = {
  name: 'Ada Lovelace-King',
  mails: ['ada.countess@difference-engine.example', 'zoë@example.org'],
  appName: 'Acme Bank',
  password: 'Tr0ub4dor&3 heron',
}

describe('checkAntiPhishingCode', () => {
  it.each([
    ['a few words', 'Blue heron 7'],
    ['four characters', 'kiwi'],
    ['32 characters', 'abcdefgijklnoprtuvwyz-bdfhjlnprt'],
    ['signs', "it's_me! really? +*#,-"],
    ['digits', '5839'],
    ['accents', 'Crème brûlée'],
    ['Cyrillic', 'Синяя цапля'],
    ['Arabic', 'مالك الحزين'],
    ['Devanagari, with its vowel signs', 'नीला बगुला'],
    ['Thai', 'นกกระสา'],
    ['Chinese', '蓝色的鹭'],
    ['Hangul', '푸른왜가리'],
    ['a name inside another word', 'Planning cadastre'],
  ])('[PC-3] accepts %s', (_, text) => {
    expect(checkAntiPhishingCode(text, forbidden)).toEqual({ ok: true, code: text.normalize('NFC') })
  })

  it.each([
    ['nothing', '', 'too-short'],
    ['three characters', 'owl', 'too-short'],
    ['three characters among spaces', '   o w   ', 'too-short'],
    ['33 characters', 'abcdefgijklnoprtuvwyz-bdfhjlnprtv', 'too-long'],
    ['a megabyte', 'k'.repeat(1_000_000), 'too-long'],
    ['markup', 'blue<b>heron', 'characters'],
    ['an address', 'heron@pond', 'characters'],
    ['a link', 'http://heron', 'characters'],
    ['a domain', 'heron.example', 'characters'],
    ['quotes', '"heron"', 'characters'],
    ['NUL', 'blue\0heron', 'characters'],
    ['a line break', 'blue\nheron', 'characters'],
    ['a line break at the end', 'blue heron\n', 'characters'],
    ['a tab', 'blue\theron', 'characters'],
    ['C1 control', 'blue\u0085heron', 'characters'],
    ['line separator', 'blue\u2028heron', 'characters'],
    ['bidi override', 'blue\u202Eheron', 'characters'],
    ['bidi isolate', 'blue\u2066heron', 'characters'],
    ['bidi mark', 'blue\u200Fheron', 'characters'],
    ['Arabic letter mark', 'blue\u061Cheron', 'characters'],
    ['zero-width space', 'blue\u200Bheron', 'characters'],
    ['zero-width joiner', 'blue\u200Dheron', 'characters'],
    ['byte order mark', '\uFEFFheron', 'characters'],
    ['soft hyphen', 'blue\u00ADheron', 'characters'],
    ['grapheme joiner', 'blu\u034Fe heron', 'characters'],
    ['variation selector', 'blue\uFE0F heron', 'characters'],
    ['Hangul fillers', '\u3164\u3164\u3164\u3164', 'characters'],
    ['Hangul choseong filler', 'heron\u115F', 'characters'],
    ['Braille blank', 'blue\u2800heron', 'characters'],
    ['tag characters', 'heron\u{E0041}', 'characters'],
    ['a stack of marks', `h${'\u0301'.repeat(9)}eron`, 'characters'],
    ['a mark without a letter', '\u0301heron', 'characters'],
    ['an enclosing mark', 'heron\u20DD', 'characters'],
    ['an emoji', 'heron 🦩', 'characters'],
    ['half a surrogate pair', 'heron\uD83E', 'characters'],
    ['private use', 'heron\uE000', 'characters'],
    ['the first name', 'ada1815', 'personal'],
    ['the family name', 'LOVELACE', 'personal'],
    ['half of a double name', 'King', 'personal'],
    ['the whole name, joined', 'adalovelaceking', 'personal'],
    ['the name in another order', 'King Lovelace, Ada!', 'personal'],
    ['the name full-width', 'ｌｏｖｅｌａｃｅ', 'personal'],
    ['the name in mathematical letters', '𝓵𝓸𝓿𝓮𝓵𝓪𝓬𝓮', 'personal'],
    ['the name with accents', 'Lôvélàcè', 'personal'],
    ['the local part of an address', 'adacountess', 'personal'],
    ['a word of the local part', 'countess', 'personal'],
    ['the domain of an address', 'difference engine', 'personal'],
    ['the name of the application', 'ACME-bank', 'personal'],
    ['the names of application and person', 'acme ada', 'personal'],
    ['a word of the password', 'heron', 'personal'],
    ['a very common word', 'password', 'common'],
    ['a very common word with digits', 'Password123', 'common'],
    ['a very common word with signs', '!!secret!!', 'common'],
    ['several very common words', 'hello world', 'common'],
    ['very common words in French', 'mot de passe', 'common'],
    ['joined very common words', 'MotDePasse', 'common'],
    ['a keyboard row', 'azerty', 'common'],
    ['one repeated digit', '1111', 'common'],
    ['one repeated letter', 'zzzzzzzz', 'common'],
    ['ascending digits', '12345678', 'common'],
    ['descending digits', '9876', 'common'],
    ['ascending letters', 'cdefgh', 'common'],
    ['ascending digits with spaces', '1 2 3 4 5', 'common'],
    ['only signs', '?!?!', 'common'],
  ])('[PC-3] refuses %s', (_, text, reason) => {
    expect(checkAntiPhishingCode(text, forbidden)).toEqual({ ok: false, reason })
  })

  it('[PC-3] refuses the password itself, also one made of signs', () => {
    expect(checkAntiPhishingCode('purple otter', { password: 'purple otter' })).toMatchObject({ reason: 'personal' })
    expect(checkAntiPhishingCode('#+*_7', { password: '#+*_7' })).toMatchObject({ reason: 'personal' })
    expect(checkAntiPhishingCode('purple otter', { password: '' })).toMatchObject({ ok: true })
  })

  it.each([
    ['NFC', 'cre\u0300me 5', 'crème 5'],
    ['no spaces around', '  blue heron  ', 'blue heron'],
    ['single spaces inside', 'blue   heron', 'blue heron'],
    ['plain apostrophes', 'l’oiseau bleu', "l'oiseau bleu"],
    ['plain spaces', 'oiseau\u00A0bleu\u202F!', 'oiseau bleu !'],
  ])('normalizes to %s', (_, text, code) => {
    expect(checkAntiPhishingCode(text)).toEqual({ ok: true, code })
  })

  it('answers hostile values with an outcome or a NightlatchError', () => {
    for (const value of hostileValues) {
      expect(checkAntiPhishingCode(value, forbidden)).toHaveProperty('ok')
      expectHonest(() => checkAntiPhishingCode('Blue heron', value as ForbiddenWords))
      for (const key of ['name', 'mails', 'appName', 'password']) {
        expectHonest(() => checkAntiPhishingCode('Blue heron', { [key]: value }))
      }
      expectHonest(() => checkAntiPhishingCode('Blue heron', { mails: [value as string] }))
    }
    for (const text of hostileTexts) expect(checkAntiPhishingCode('Blue heron', { name: text })).toHaveProperty('ok')
  })
})
