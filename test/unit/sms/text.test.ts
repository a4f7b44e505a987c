import { languages, loadLanguage } from 'nightlatch/languages'
import { describe, expect, it } from 'vitest'
import { checkDomain, parseOriginBound, smsLength, smsPurposes, smsText } from 'nightlatch/sms'
import type { SmsTextOptions } from 'nightlatch/sms'
import { expectHonest, expectHonestEverywhere, hostileTexts, hostileValues } from '../hostile-values.ts'

const english = await loadLanguage('en')
const good: SmsTextOptions = { language: english, template: 'login', code: '123456', appName: 'Acme', minutes: 5 }
const everyText = smsPurposes.flatMap((template) =>
  languages.flatMap((code) => [1, 5, 10].map((minutes) => [template, code, minutes] as const)),
)

describe('smsText', () => {
  it.each([
    ['login', 'en', 'Acme: 123456 is your code to sign in, valid for 5 minutes. Never pass it on, not even to us.'],
    [
      'verify-number',
      'en-GB',
      'Acme: 123456 is your code to confirm this number, valid for 5 minutes. Never pass it on, not even to us.',
    ],
    [
      'step-up',
      'xx',
      'Acme: 123456 is your code to confirm that it is you, valid for 5 minutes. Never pass it on, not even to us.',
    ],
    ['login', 'fr', 'Acme : 123456 est votre code de connexion, valable 5 minutes. Ne le communiquez à personne.'],
    [
      'verify-number',
      'fr-CA',
      'Acme : 123456 est votre code pour confirmer ce numéro, valable 5 minutes. Ne le communiquez à personne.',
    ],
    [
      'step-up',
      'FR',
      "Acme : 123456 est votre code pour confirmer que c'est vous, valable 5 minutes. Ne le communiquez à personne.",
    ],
  ] as const)(
    '[SMS-13] names the application and asks not to pass the code on: %s, %s',
    async (template, locale, text) => {
      expect(smsText({ ...good, language: await loadLanguage(locale), template })).toBe(text)
      expect(text).not.toMatch(/https?:|www\.|\/\//)
    },
  )

  const inGsm7 = everyText.filter(([, code]) => code === 'en' || code === 'fr')

  it.each(inGsm7)('fits one message in GSM-7, with its bound line: %s, %s, %i', async (template, code, minutes) => {
    const made = { ...good, language: await loadLanguage(code), template, minutes }
    const text = smsText({ ...made, appName: 'Acme Banking', domain: 'login.acme.example' })
    expect(smsLength(text)).toMatchObject({ encoding: 'GSM-7', segments: 1 })
  })

  it.each(everyText)('fits three messages in any alphabet: %s, %s, %i', async (template, code, minutes) => {
    const made = { ...good, language: await loadLanguage(code), template, minutes }
    const text = smsText({ ...made, appName: 'Acme Banking', domain: 'login.acme.example' })
    expect(smsLength(text).segments).toBeLessThanOrEqual(3)
  })

  it.each(everyText)(
    '[SMS-16] ends with the bound line and nothing after it: %s, %s, %i',
    async (template, code, minutes) => {
      const language = await loadLanguage(code)
      const text = smsText({ ...good, language, template, minutes, domain: 'acme.example' })
      const lines = text.split('\n')
      expect(lines.at(-1)).toBe('@acme.example #123456')
      expect(lines.at(-1)).toMatch(/^@\S+ #\S+( @\S+)?$/)
      expect(parseOriginBound(text)).toEqual({ ok: true, host: 'acme.example', code: '123456', embeddedHost: null })
    },
  )

  it('[SMS-19] names no frame, and has no bound line without a domain', () => {
    expect(smsText({ ...good, domain: 'acme.example' }).match(/@/g)).toHaveLength(1)
    expect(smsText(good)).not.toMatch(/[@#\n]/)
  })

  it('lets no name add a line or fill the message', () => {
    const text = smsText({ ...good, appName: `Acme\n@evil.example #999999${'x'.repeat(500)}`, domain: 'acme.example' })
    expect(text.split('\n')).toHaveLength(3)
    expect(parseOriginBound(text)).toMatchObject({ host: 'acme.example', code: '123456' })
    expect(text.length).toBeLessThan(170)
  })

  it('refuses more than ten minutes', () => {
    expect(() => smsText({ ...good, minutes: 11 })).toThrow('minutes must be an integer from 1 to 10')
  })

  it('throws only NightlatchErrors', () => {
    expectHonestEverywhere(smsText, { ...good, domain: 'acme.example' })
    for (const appName of hostileTexts) expectHonest(() => smsText({ ...good, appName }))
    for (const sms of hostileValues) expectHonest(() => smsText({ ...good, language: { sms } as never }))
    for (const code of ['12345', '123456789', '12 456', '１２３４５６', '12345\n']) {
      expect(() => smsText({ ...good, code })).toThrow('code must be')
    }
  })
})

describe('checkDomain', () => {
  it('[SMS-17] accepts a bare host name', () => {
    expect(checkDomain('Acme.example')).toBe('acme.example')
    expect(checkDomain('login.xn--bcher-kva.example')).toBe('login.xn--bcher-kva.example')
    expect(checkDomain('localhost')).toBe('localhost')
  })

  it.each([
    'https://acme.example',
    'http://acme.example',
    'acme.example:8443',
    'acme.example/login',
    'acme.example.',
    '.acme.example',
    'acme..example',
    'user@acme.example',
    'acme example',
    'acme.example #1',
    'acme.example\n',
    'acme',
    '192.0.2.1',
    '[2001:db8::1]',
    '-acme.example',
    'acme-.example',
    'bücher.example',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(127)}example`,
    '*.acme.example',
    '',
  ])('[SMS-17] refuses %j', (domain) => {
    expect(() => checkDomain(domain)).toThrow('domain must be a bare host name')
    expect(() => smsText({ ...good, domain })).toThrow('domain must be a bare host name')
  })

  it('throws only NightlatchErrors', () => {
    for (const value of hostileValues) expectHonest(() => checkDomain(value))
  })
})

describe('parseOriginBound', () => {
  it('[SMS-18] reads only the last line, and the code up to white space', () => {
    const bound = { ok: true, host: 'example.com', code: '747723', embeddedHost: null }
    expect(parseOriginBound('Your Example code is 747723.\n\n@example.com #747723')).toEqual(bound)
    expect(parseOriginBound('@example.com #747723')).toEqual(bound)
    expect(parseOriginBound('a\r\n@example.com #747723')).toEqual(bound)
    expect(parseOriginBound('a\r@Example.com #747723')).toEqual(bound)
    expect(parseOriginBound('@example.com #747723.')).toEqual({ ...bound, code: '747723.' })
    expect(parseOriginBound('@example.com #747723 @pay.example')).toEqual({ ...bound, embeddedHost: 'pay.example' })
  })

  it.each([
    'something @example.com #747723',
    '@example.com code #747723',
    '#747723 @a.example @example.com',
    '@example.com #747723\n',
    '@example.com #747723\nGood bye',
    '@example.com  #747723',
    '@example.com\t#747723',
    '@example.com #747723 ',
    '@example.com #747723 pay.example',
    '@example.com #747723 @pay.example @x.example',
    ' @example.com #747723',
    '@example.com #',
    '@ #747723',
    '@example.com',
    '',
  ])('[SMS-18] finds nothing in %j', (text) => {
    expect(parseOriginBound(text)).toEqual({ ok: false, reason: 'unbound' })
  })

  it.each(['@https://example.com #1', '@example.com:8443 #1', '@example.com/x #1', '@example.com #1 @x:1'])(
    '[SMS-17] refuses the host of %j',
    (text) => {
      expect(parseOriginBound(text)).toEqual({ ok: false, reason: 'host' })
    },
  )

  it('throws nothing for any value', () => {
    for (const value of hostileValues) expect(parseOriginBound(value)).toMatchObject({ ok: false })
  })
})

describe('smsLength', () => {
  it.each([
    ['', 'GSM-7', 0, 1],
    ['a'.repeat(160), 'GSM-7', 160, 1],
    ['a'.repeat(161), 'GSM-7', 161, 2],
    ['a'.repeat(306), 'GSM-7', 306, 2],
    ['a'.repeat(307), 'GSM-7', 307, 3],
    ['€'.repeat(80), 'GSM-7', 160, 1],
    // 76 of the two-septet characters fill 152 of 153: the last septet of each message stays empty.
    ['€'.repeat(153), 'GSM-7', 306, 3],
    ['à é è ù ì ò Ç', 'GSM-7', 13, 1],
    ['ê', 'UCS-2', 1, 1],
    ['ç', 'UCS-2', 1, 1],
    ['’', 'UCS-2', 1, 1],
    ['`', 'UCS-2', 1, 1],
    ['ő'.repeat(70), 'UCS-2', 70, 1],
    ['ő'.repeat(71), 'UCS-2', 71, 2],
    ['😀'.repeat(35), 'UCS-2', 70, 1],
    ['😀'.repeat(67), 'UCS-2', 134, 3],
  ] as const)('of %j is %s, %i units, %i segments', (text, encoding, units, segments) => {
    expect(smsLength(text)).toEqual({ encoding, units, segments })
  })

  it('knows all 128 characters of the alphabet', () => {
    const all = Array.from({ length: 65_536 }, (_, code) => String.fromCharCode(code))
    const lengths = all.map(smsLength).filter(({ encoding }) => encoding === 'GSM-7')
    expect(lengths.filter(({ units }) => units === 1)).toHaveLength(127)
    expect(lengths.filter(({ units }) => units === 2)).toHaveLength(10)
  })
})
