import { decodeBase32, encodeBase32, keyUri, keyWarnings, parseKeyUri } from 'nightlatch/otp'
import { describe, expect, it } from 'vitest'

const secret = new Uint8Array(20).map((_, i) => i * 11 + 3)
const good = { secret, issuer: 'Acme', account: 'alice@example.com' }
const base32 = encodeBase32(secret)

const fields = (uri: string): Record<string, string> => Object.fromEntries(new URL(uri).searchParams)

describe('keyUri', () => {
  it('[URI-1, URI-7] is a URL of the known shape, with the defaults every app understands', () => {
    const url = new URL(keyUri(good))
    expect([url.protocol, url.host, url.hash]).toEqual(['otpauth:', 'totp', ''])
    expect(decodeURIComponent(url.pathname)).toBe('/Acme:alice@example.com')
    expect(fields(url.href)).toEqual({ secret: base32, issuer: 'Acme', algorithm: 'SHA1', digits: '6', period: '30' })
  })

  it('[URI-2] refuses a colon in the issuer or the account', () => {
    for (const text of ['a:b', ':', 'a%3Ab', 'a%3ab', 'x:']) {
      expect(() => keyUri({ ...good, issuer: text })).toThrow('issuer must not contain a colon')
      expect(() => keyUri({ ...good, account: text })).toThrow('account must not contain a colon')
    }
    expect(keyUri(good).split('?')[0]!.match(/:|%3A/gi)).toHaveLength(2)
  })

  it('[URI-3] writes a space as %20 in both places, and everything else as UTF-8', () => {
    const uri = keyUri({ ...good, issuer: 'My Co', account: 'zoé +&=?#/ü' })
    expect(uri).toContain('otpauth://totp/My%20Co:zo%C3%A9%20%2B%26%3D%3F%23%2F%C3%BC?')
    expect(uri).toContain('&issuer=My%20Co&')
    expect(uri).not.toContain('+')
  })

  it('[URI-4] writes the secret in upper case without padding', () => {
    for (const length of [16, 17, 18, 19, 20, 32, 64]) {
      const uri = keyUri({ ...good, secret: new Uint8Array(length).fill(0xa5) })
      expect(/secret=([^&]*)/.exec(uri)![1]).toMatch(/^[A-Z2-7]+$/)
    }
  })

  it('[URI-5] has the issuer before the account and as a parameter', () => {
    const url = new URL(keyUri({ ...good, issuer: 'Café & Co' }))
    expect(decodeURIComponent(url.pathname.slice(1)).split(':')[0]).toBe('Café & Co')
    expect(url.searchParams.get('issuer')).toBe('Café & Co')
  })

  it('[URI-6] accepts 6 and 8 digits and three hashes, and requires a counter for hotp', () => {
    const uri = keyUri({ ...good, algorithm: 'SHA256', digits: 8, period: 60 })
    expect(fields(uri)).toMatchObject({ algorithm: 'SHA256', digits: '8', period: '60' })
    for (const digits of [7, 5, 9, '6' as never]) expect(() => keyUri({ ...good, digits })).toThrow('digits')
    expect(() => keyUri({ ...good, algorithm: 'MD5' as never })).toThrow('algorithm')
    expect(() => keyUri({ ...good, type: 'hotp' })).toThrow('counter')
    expect(() => keyUri({ ...good, type: 'steam' as never })).toThrow('type')
    const hotp = keyUri({ ...good, type: 'hotp', counter: 5 })
    expect(new URL(hotp).host).toBe('hotp')
    expect(fields(hotp)).toEqual({ secret: base32, issuer: 'Acme', algorithm: 'SHA1', digits: '6', counter: '5' })
  })

  it('[HOTP-4] refuses a secret under 128 bits without the option legacy', () => {
    const short = secret.slice(0, 15)
    expect(() => keyUri({ ...good, secret: short })).toThrow('secret must be at least 16 bytes')
    expect(keyUri({ ...good, secret: short, legacy: true })).toContain(encodeBase32(short))
    expect(keyUri({ ...good, secret: secret.slice(0, 16) })).toContain('otpauth://')
  })

  it('[TOTP-10] refuses a period above two minutes', () => {
    expect(keyUri({ ...good, period: 120 })).toContain('period=120')
    for (const period of [121, 0, -30, 1.5]) expect(() => keyUri({ ...good, period })).toThrow('period')
  })

  it('refuses an issuer or an account that no label can contain', () => {
    for (const text of ['', '  ', '\n', 'a\0b', 'a\u0085b', '\ud800', 'x'.repeat(129), null, undefined, 5, {}]) {
      expect(() => keyUri({ ...good, issuer: text as never })).toThrow('issuer must')
      expect(() => keyUri({ ...good, account: text as never })).toThrow('account must')
    }
  })
})

describe('keyWarnings', () => {
  it('[URI-7, TOTP-10] warns of every value but SHA1, 6 and 30', () => {
    expect(keyWarnings({})).toEqual([])
    expect(keyWarnings({ algorithm: 'SHA1', digits: 6, period: 30 })).toEqual([])
    expect(keyWarnings({ algorithm: 'SHA512' })).toEqual(['algorithm'])
    expect(keyWarnings({ algorithm: 'SHA256', digits: 8, period: 60 })).toEqual(['algorithm', 'digits', 'period'])
  })
})

describe('parseKeyUri', () => {
  const read = (rest: string, options?: { legacy?: boolean }): ReturnType<typeof parseKeyUri> =>
    parseKeyUri(`otpauth://totp/${rest}`, options)

  it('[URI-1, URI-5] reads what keyUri writes', () => {
    expect(parseKeyUri(keyUri(good))).toEqual({
      ok: true,
      key: { type: 'totp', ...good, algorithm: 'SHA1', digits: 6, period: 30, warnings: [] },
      ignored: [],
    })
    expect(parseKeyUri(keyUri({ ...good, type: 'hotp', counter: 2 ** 40, algorithm: 'SHA512', digits: 8 }))).toEqual({
      ok: true,
      key: {
        type: 'hotp',
        ...good,
        algorithm: 'SHA512',
        digits: 8,
        counter: 2 ** 40,
        warnings: ['algorithm', 'digits'],
      },
      ignored: [],
    })
  })

  it('[URI-2] reads both separators, spaces after them, and a label without issuer', () => {
    for (const label of ['Acme:alice', 'Acme%3Aalice', 'Acme%3aalice', 'Acme:%20alice', 'Acme%3A%20%20alice']) {
      expect(read(`${label}?secret=${base32}`)).toMatchObject({ ok: true, key: { issuer: 'Acme', account: 'alice' } })
    }
    const bare = read(`alice?secret=${base32}`)
    expect(bare).toMatchObject({ ok: true, key: { account: 'alice' } })
    expect(bare.ok && 'issuer' in bare.key).toBe(false)
    for (const label of ['a:b:c', 'a%3Ab%3Ac', ':alice', 'Acme:', '', '%20', 'a%253Ab', 'a%00b']) {
      expect(read(`${label}?secret=${base32}`)).toEqual({ ok: false, reason: 'label' })
    }
    expect(read(`alice?secret=${base32}&issuer=a%3Ab`)).toEqual({ ok: false, reason: 'issuer' })
  })

  it('[URI-3] keeps a plus as a plus, and refuses broken escapes', () => {
    expect(read(`a+b?secret=${base32}&issuer=My+Co`)).toMatchObject({ key: { account: 'a+b', issuer: 'My+Co' } })
    expect(read(`a%2?secret=${base32}`)).toEqual({ ok: false, reason: 'label' })
    expect(read(`a?secret=${base32}&issuer=%ff`)).toEqual({ ok: false, reason: 'malformed' })
  })

  it('[URI-4] reads a secret in lower case, spaced or padded, and refuses one that is no base32', () => {
    for (const text of [base32.toLowerCase(), base32.replace(/.{4}/g, '$&%20'), `${base32}====`]) {
      expect(read(`alice?secret=${text}`)).toMatchObject({ ok: true, key: { secret } })
    }
    for (const text of ['', '%20', 'not!base32', '0'.repeat(32), base32.slice(1)]) {
      expect(read(`alice?secret=${text}`)).toEqual({ ok: false, reason: 'secret' })
    }
    expect(read('alice?issuer=Acme')).toEqual({ ok: false, reason: 'secret' })
  })

  it('[URI-5] warns when the two issuers differ', () => {
    expect(read(`Acme:alice?secret=${base32}&issuer=Other`)).toMatchObject({
      ok: true,
      key: { issuer: 'Other', warnings: ['issuer-mismatch'] },
    })
    expect(read(`Acme:alice?secret=${base32}&issuer=Acme`)).toMatchObject({ key: { warnings: [] } })
    expect(read(`alice?secret=${base32}&issuer=Acme`)).toMatchObject({ key: { issuer: 'Acme', warnings: [] } })
  })

  it('[URI-6, TOTP-10] refuses values that the format does not have', () => {
    const fault = (parameter: string): unknown => read(`alice?secret=${base32}&${parameter}`)
    for (const value of ['MD5', 'SHA-1', 'SHA3', '']) {
      expect(fault(`algorithm=${value}`)).toEqual({ ok: false, reason: 'algorithm' })
    }
    for (const value of ['7', '5', '06', '6.0', ''])
      expect(fault(`digits=${value}`)).toMatchObject({ ok: value === '06' })
    for (const value of ['121', '0', '-30', '1e1', '30s', '', '9'.repeat(17)]) {
      expect(fault(`period=${value}`)).toEqual({ ok: false, reason: 'period' })
    }
    const hotp = (rest: string): unknown => parseKeyUri(`otpauth://hotp/alice?secret=${base32}${rest}`)
    for (const rest of ['', '&counter=', '&counter=-1', '&counter=9007199254740993', '&counter=1.5']) {
      expect(hotp(rest)).toEqual({ ok: false, reason: 'counter' })
    }
    expect(hotp('&counter=0&period=999')).toMatchObject({ ok: true, key: { type: 'hotp', counter: 0 } })
  })

  it('[HOTP-4] refuses a secret under 128 bits, and only warns of it with the option legacy', () => {
    const short = `alice?secret=${encodeBase32(secret.slice(0, 10))}`
    expect(read(short)).toEqual({ ok: false, reason: 'short-secret' })
    expect(read(short, { legacy: true })).toMatchObject({ ok: true, key: { warnings: ['short-secret'] } })
  })

  it('[URI-7] warns of values that apps ignore', () => {
    expect(read(`alice?secret=${base32}&algorithm=sha256&digits=8&period=60`)).toMatchObject({
      ok: true,
      key: { algorithm: 'SHA256', digits: 8, period: 60, warnings: ['algorithm', 'digits', 'period'] },
    })
  })

  it('names parameters that apps add for their own lists, without a warning', () => {
    expect(read(`alice?image=%zz&secret=${base32}&&Color=red&icon=x&image=y&lock=true&x`)).toMatchObject({
      ok: true,
      key: { warnings: ['ignored-parameter'] },
      ignored: ['image', 'color', 'icon', 'lock', 'x'],
    })
    expect(read(`alice?image=a&secret=${base32}&icon=b&color=c&lock=d`)).toMatchObject({ key: { warnings: [] } })
  })

  it.each([
    'algo=SHA256',
    'digit=8',
    'length=8',
    'interval=60',
    'timeStep=60',
    'pin=1234',
    '=8',
    'digits\u200b=8',
    'counter=1',
  ])('warns of the parameter %s, which it does not read', (parameter) => {
    const name = parameter.split('=')[0]!.replace('\u200b', '').toLowerCase()
    expect(read(`alice?secret=${base32}&${encodeURI(parameter)}`)).toMatchObject({
      ok: true,
      key: { digits: 6, period: 30, warnings: ['ignored-parameter'] },
      ignored: [name],
    })
  })

  it('warns of a period for codes by counter', () => {
    expect(parseKeyUri(`otpauth://hotp/alice?secret=${base32}&counter=0&period=60`)).toMatchObject({
      key: { type: 'hotp', warnings: ['ignored-parameter'] },
      ignored: ['period'],
    })
  })

  it.each([
    ['secret twice', `secret=${base32}`, 'duplicate'],
    ['digits twice', 'digits=6&digits=8', 'duplicate'],
    ['digits twice, in another case', 'digits=6&DIGITS=8', 'duplicate'],
    ['digits twice, once with an encoded name', 'digits=6&%64igits=8', 'duplicate'],
    ['an entity for the separator', 'issuer=Acme&amp;digits=8', 'separator'],
    ['a numbered entity', 'issuer=Acme&%2338;digits=8', 'separator'],
    ['an encoded entity', 'issuer=Acme%26amp;digits=8', 'separator'],
    ['an issuer cut at an entity', 'issuer=Fish&amp;Chips', 'separator'],
    ['a semicolon', 'issuer=Acme;digits=8', 'separator'],
    ['a question mark', 'issuer=Acme?digits=8', 'separator'],
    ['an encoded equals sign', 'digits%3D8', 'separator'],
    ['the codes of Steam', 'encoder=steam', 'encoder'],
    ['the codes of Steam, in another case', 'Encoder=STEAM', 'encoder'],
    ['a name that is no UTF-8', '%ff=8', 'malformed'],
    ['digits of two numbers', 'digits=6,8', 'digits'],
  ])('refuses a URI with %s', (_, parameters, reason) => {
    expect(read(`alice?secret=${base32}&${parameters}`)).toEqual({ ok: false, reason })
  })

  it('shows a name of a parameter without what breaks a line or a page', () => {
    const outcome = read(`alice?secret=${base32}&a%0d%0ab%e2%80%ae=1&${'x'.repeat(200)}=2`)
    expect(outcome).toMatchObject({ ignored: ['a\\u000d\\u000ab', `${'x'.repeat(63)}…`] })
  })

  it('reads a secret whose last character has bits that belong to no byte only with the option legacy, and warns', () => {
    for (const [text, length] of [
      ['X'.repeat(52), 32],
      [`${base32}A`, 20],
      [base32.slice(0, 31), 19],
    ] as const) {
      expect(read(`alice?secret=${text}`)).toEqual({ ok: false, reason: 'secret' })
      const outcome = read(`alice?secret=${text}`, { legacy: true })
      expect(outcome).toMatchObject({ ok: true, key: { warnings: ['cut-secret'] } })
      expect(outcome.ok && outcome.key.secret.length).toBe(length)
    }
    expect(read('alice?secret=M', { legacy: true })).toEqual({ ok: false, reason: 'secret' })
    expect(read('alice?secret=MZ', { legacy: true })).toMatchObject({
      key: { warnings: ['short-secret', 'cut-secret'] },
    })
  })

  it.each([
    ['', 'malformed'],
    ['https://example.com/?secret=x', 'malformed'],
    ['otpauth://', 'malformed'],
    ['otpauth://totp', 'malformed'],
    ['otpauth://totp/alice', 'malformed'],
    [`otpauth://totp/alice?secret=${base32}#x`, 'malformed'],
    [`otpauth://steam/alice?secret=${base32}`, 'type'],
    [`otpauth:///alice?secret=${base32}`, 'type'],
    [`otpauth://totp/alice?secret=${'A'.repeat(5000)}`, 'too-long'],
  ])('refuses %j with its reason', (text, reason) => {
    expect(parseKeyUri(text)).toEqual({ ok: false, reason })
  })

  it('returns the secret that its base32 encodes', () => {
    const outcome = read(`alice?secret=${base32}`)
    expect(outcome.ok && decodeBase32(base32)).toEqual({ ok: true, bytes: outcome.ok && outcome.key.secret })
  })
})
