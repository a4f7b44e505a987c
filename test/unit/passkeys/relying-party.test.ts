import { webauthn } from 'nightlatch/passkeys'
import { describe, expect, it } from 'vitest'
import { checkRelyingParty } from '../../../src/core/passkeys/index.ts'
import { expectHonestEverywhere, hostileValues } from '../hostile-values.ts'

const good = { id: 'acme.example', name: 'Acme', origins: ['https://acme.example'], topOrigins: [] }
const config = expect.objectContaining({ code: 'NL_CONFIG' })

describe('the relying party', () => {
  it('is frozen, with copies of the lists', () => {
    const origins = ['https://acme.example']
    const party = checkRelyingParty({ id: 'acme.example', name: 'Acme', origins })
    origins.push('https://evil.example')
    expect(party).toEqual(good)
    expect([party, party.origins, party.topOrigins].every((one) => Object.isFrozen(one))).toBe(true)
  })

  it.each(['acme.example', 'login.acme.co.example', 'localhost', 'xn--bcher-kva.example'])(
    'may have the id %s',
    (id) => {
      const origins = id === 'localhost' ? ['http://localhost'] : [`https://${id}`]
      expect(checkRelyingParty({ ...good, id, origins }).id).toBe(id)
    },
  )

  it.each([
    '',
    'acme',
    'https://acme.example',
    'acme.example:443',
    'acme.example/',
    'Acme.example',
    'bücher.example',
    '127.0.0.1',
    '[::1]',
    '.example',
    'acme..example',
    'acme.example.',
    '-acme.example',
    'a_b.example',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(130)}example`,
    'acme.example\n',
    7,
    null,
  ])('cannot have the id %j', (id) => {
    const options = { ...good, id: id as string, origins: [`https://${String(id)}`] }
    expect(() => checkRelyingParty(options)).toThrow(config)
  })

  it.each([
    'https://acme.example',
    'https://www.acme.example',
    'https://a.b.acme.example:8443',
    'android:apk-key-hash:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE',
  ])('may have the origin %s', (origin) => {
    expect(checkRelyingParty({ ...good, origins: [origin] }).origins).toEqual([origin])
  })

  it.each([
    'https://evilacme.example',
    'https://acme.example.evil.example',
    'https://example',
    'http://acme.example',
    'http://localhost',
    'https://acme.example/',
    'https://acme.example:443',
    'https://acme.example:0',
    'https://acme.example:065',
    'https://acme.example:65536',
    'https://ACME.example',
    'https://user@acme.example',
    'https://*.acme.example',
    'https://acme.example\n',
    'acme.example',
    'null',
    'android:apk-key-hash:AQEB',
    'android:apk-key-hash:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF',
    'ios:bundle-id:example.acme',
    undefined,
    {},
  ])('cannot have the origin %j', (origin) => {
    const origins = ['https://acme.example', origin as string]
    expect(() => checkRelyingParty({ ...good, origins })).toThrow(config)
  })

  it('may use http only on localhost, with any port', () => {
    const local = { ...good, id: 'localhost' }
    expect(checkRelyingParty({ ...local, origins: ['http://localhost:3000'] }).origins).toHaveLength(1)
    for (const origin of ['http://127.0.0.1:3000', 'http://www.localhost', 'http://localhost:80']) {
      expect(() => checkRelyingParty({ ...local, origins: [origin] }), origin).toThrow(config)
    }
  })

  it('requires an origin, a name, and arrays for its lists', () => {
    const wrong = [{ origins: [] }, { origins: 'https://acme.example' }, { topOrigins: 'https://partner.example' }]
    for (const fields of [...wrong, { name: '' }, { name: ' ' }, { name: 'x'.repeat(65) }, { name: 7 }]) {
      expect(() => checkRelyingParty({ ...good, ...fields } as never), JSON.stringify(fields)).toThrow(config)
    }
  })

  it('accepts any https origin as a top origin', () => {
    const topOrigins = ['https://partner.example', 'https://shop.example:8443']
    expect(checkRelyingParty({ ...good, topOrigins }).topOrigins).toEqual(topOrigins)
    for (const origin of ['http://partner.example', '*', 'https://partner.example/shop', '']) {
      expect(() => checkRelyingParty({ ...good, topOrigins: [origin] }), origin).toThrow(config)
    }
  })
})

describe('the options of webauthn', () => {
  const options = { rpId: 'acme.example', rpName: 'Acme', origins: ['https://acme.example'] }

  it('name the relying party', () => {
    expect(webauthn(options).relyingParty).toEqual(good)
  })

  it('are refused when a name is misspelled', () => {
    expect(() => webauthn({ ...options, topOrigin: [] } as never)).toThrow('webauthn has no option topOrigin')
  })

  it('are refused with NL_CONFIG for any other value', () => {
    expectHonestEverywhere(webauthn, { ...options, topOrigins: [] })
    for (const value of hostileValues) expect(() => webauthn({ ...options, origins: value as never })).toThrow(config)
  })
})
