import { createNightlatch, readPhone } from 'nightlatch'
import type { NightlatchOptions } from 'nightlatch'
import { webauthn } from 'nightlatch/passkeys'
import { memorySms } from 'nightlatch/testing'
import { describe, expect, it } from 'vitest'
import { validOptions } from '../../world/valid-options.ts'

const good = validOptions()

function textOf(options: object): string {
  try {
    createNightlatch({ ...good, ...options } as NightlatchOptions)
    return 'no error'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const sms = { sender: memorySms(), countries: ['HU'] }
const verifier = webauthn({ rpId: 'acme.example', rpName: 'Acme', origins: ['https://acme.example'] })

describe('the text of an error names the cause', () => {
  it.each([
    ['a name of 201 characters', { appName: 'a'.repeat(201) }, 'appName must be at most 64 characters long, not 201'],
    ['a name of 65 characters', { appName: 'a'.repeat(65) }, 'appName must be at most 64 characters long, not 65'],
    ['a name with a colon', { appName: 'Acme: Bank' }, 'appName must be without a colon (also as %3A)'],
    ['a name of two lines', { appName: 'Acme\nBank' }, 'appName must be one line of text without control characters'],
    ['a name of half a character', { appName: 'Acme \ud800' }, 'appName must be one line of text without control'],
    ['a name of spaces', { appName: '  ' }, 'appName must be a text that is not empty'],
    ['a missing contact', { contact: undefined }, 'contact must be a text that is not empty'],
    ['a long contact', { contact: 'a'.repeat(201) }, 'contact must be at most 200 characters long, not 201'],
    ['a long realm', { realm: 'a'.repeat(300) }, 'realm must be at most '],
    ['a realm of no text', { realm: 7 }, 'realm must be a text that is not empty'],
    [
      'countries that are names',
      { sms: { ...sms, countries: ['Hungary'] } },
      'sms.countries must be a list of two-let',
    ],
    [
      'a domain with a scheme',
      { sms: { ...sms, domain: 'https://acme.example' } },
      'sms.domain must be a bare host name',
    ],
    [
      'a limit of no messages',
      { sms: { ...sms, sends: { daily: 0 } } },
      'sms.sends.daily must be an integer from 1 to',
    ],
    [
      'a method without its option',
      { methods: ['totp', 'passkey'] },
      'methods must be without passkey unless the option passkeys is given',
    ],
    [
      'a verifier without its relying party',
      { passkeys: { verifier: { ...verifier, relyingParty: undefined } } },
      'passkeys.verifier must be what webauthn() returns',
    ],
    [
      'a verifier of another domain',
      { passkeys: { verifier: { ...verifier, relyingParty: { ...verifier.relyingParty, id: 'acme.test' } } } },
      'passkeys.verifier: origins must be one or more of https, of rpId or below it',
    ],
  ])('of %s among the options', (_, options, text) => {
    expect(textOf(options)).toContain(`createNightlatch: ${text}`)
  })

  it.each(['XX', 'UK', 'hu', 'Hungary', ''])('of a default country %j that no numbering plan has', async (country) => {
    await expect(readPhone('06 30 123 4567', country)).rejects.toThrow(
      "defaultCountry must be a country's two-letter code of ISO 3166-1 in capitals, such as 'GB'",
    )
  })
})
