import { describe, expect, it } from 'vitest'
import { countryAllowed, isE164 } from 'nightlatch/sms'
import { readPhone } from '../../../src/service/facade/read-phone.ts'
import { hostileTexts, hostileValues } from '../hostile-values.ts'

describe('readPhone', () => {
  it.each([
    ['+36301234567', undefined],
    ['+36 30 123 4567', undefined],
    ['+36-30-123-4567', undefined],
    ['+36.30.123.4567', undefined],
    ['+36 (30) 123-4567', undefined],
    ['(+36) 30 123 4567', undefined],
    ['+36 (06) 30 123 4567', 'HU'],
    ['0036301234567', undefined],
    ['0036 30 123 4567', 'HU'],
    ['00 36 30 123 4567', 'US'],
    ['011 36 30 123 4567', 'US'],
    ['06 30 123 4567', 'HU'],
    ['06-30/123-4567', 'HU'],
    ['30 123 4567', 'HU'],
    ['tel:+36-30-123-4567', undefined],
    ['TEL:+36301234567', undefined],
    ['  +36 30 123 4567\n', undefined],
    ['+36\u00a030\u2009123\u20114567', undefined],
    ['\u202a+36301234567\u202c', undefined],
    ['＋３６ ３０ １２３ ４５６７', undefined],
    ['（＋３６）３０－１２３－４５６７', undefined],
    ['٠٦٣٠١٢٣٤٥٦٧', 'HU'],
    ['۰۶۳۰۱۲۳۴۵۶۷', 'HU'],
  ])('[SMS-10] stores %j, default country %s, as +36301234567', async (text, country) => {
    expect(await readPhone(text, country)).toEqual({ ok: true, e164: '+36301234567', country: 'HU', type: 'mobile' })
  })

  it.each([
    ['+33 (0)6 12 34 56 78', undefined, '+33612345678', 'FR', 'mobile'],
    ['06.12.34.56.78', 'FR', '+33612345678', 'FR', 'mobile'],
    ['0171/1234567', 'DE', '+491711234567', 'DE', 'mobile'],
    ['+49 (0)171 1234567', 'US', '+491711234567', 'DE', 'mobile'],
    ['(202) 555-0143', 'US', '+12025550143', 'US', 'fixed-line-or-mobile'],
    ['1 202 555 0143', 'US', '+12025550143', 'US', 'fixed-line-or-mobile'],
    ['+1 242 359 1234', 'US', '+12423591234', 'BS', 'mobile'],
    ['8 (912) 345-67-89', 'RU', '+79123456789', 'RU', 'mobile'],
    ['+7 701 234 5678', 'RU', '+77012345678', 'KZ', 'mobile'],
    ['+39 06 1234 5678', undefined, '+390612345678', 'IT', 'fixed-line'],
    ['011 15-1234-5678', 'AR', '+5491112345678', 'AR', 'mobile'],
    ['+1 900 234 5678', undefined, '+19002345678', 'US', 'premium-rate'],
    ['+33 8 99 12 34 56', undefined, '+33899123456', 'FR', 'premium-rate'],
    ['+44 56 1234 5678', undefined, '+445612345678', 'GB', 'voip'],
    ['+44 70 1234 5678', undefined, '+447012345678', 'GB', 'personal'],
    ['+36 80 123 456', undefined, '+3680123456', 'HU', 'toll-free'],
    ['+36 30 123 456', undefined, '+3630123456', 'HU', 'unknown'],
  ])('reads %j, default country %s', async (text, country, e164, found, type) => {
    expect(await readPhone(text, country)).toEqual({ ok: true, e164, country: found, type })
  })

  it.each([
    ['', 'HU'],
    ['hello', 'HU'],
    ['1', 'HU'],
    ['+36301234567 ext 5', undefined],
    ['+36301234567x5', undefined],
    ['+36301234567;ext=5', undefined],
    ['+36301234567#5', undefined],
    ['+36301234567,5', undefined],
    ['tel:301234567;phone-context=+36', undefined],
    ['1-800-FLOWERS', 'US'],
    ['call +36301234567', 'HU'],
    ['+36301234567 or +36301234568', 'HU'],
    ['++36301234567', undefined],
    ['36+301234567', 'HU'],
    ['06 30 123 4567', undefined],
    ['36301234567', undefined],
    ['०६३०१२३४५६७', 'HU'],
    ['²36301234567', 'HU'],
    [`+36301234567${' '.repeat(60)}`, 'HU'],
  ])('refuses %j, default country %s, as malformed', async (text, country) => {
    expect(await readPhone(text, country)).toEqual({ ok: false, reason: 'malformed' })
  })

  it.each([
    ['+0301234567', undefined],
    ['+00', undefined],
    ['+36', undefined],
    ['+36 1', 'HU'],
    ['+36 30 1234 5678 90', undefined],
    ['+1234567890123456', undefined],
    ['+999 123 456 789', undefined],
    ['+210 123 456', undefined],
    ['+1 999 555 0100', undefined],
    // No country's: satellites and shared services, whose numbers cost the most.
    ['+800 1234 5678', undefined],
    ['+882 1234 567890', undefined],
    ['+883 510 012345678', undefined],
    ['0000', 'HU'],
  ])('refuses %j, default country %s, as impossible', async (text, country) => {
    expect(await readPhone(text, country)).toEqual({ ok: false, reason: 'impossible' })
  })

  it('[SMS-21] names the country, so that +7 is refused if only Hungary is allowed', async () => {
    const allowed = async (text: string): Promise<boolean> => {
      const read = await readPhone(text)
      return read.ok && countryAllowed(read.country, ['HU'])
    }
    expect(await allowed('+36 30 123 4567')).toBe(true)
    expect(await allowed('+7 912 345 67 89')).toBe(false)
    expect(await allowed('+7 701 234 5678')).toBe(false)
    expect(await allowed('+1 242 359 1234')).toBe(false)
  })

  it('throws nothing for any value', async () => {
    for (const value of [...hostileTexts, ...hostileValues]) {
      for (const country of [undefined, 'HU', 'US']) {
        const read = await readPhone(value, country)
        if (read.ok) expect(isE164(read.e164)).toBe(true)
      }
    }
  })

  it.each(['XX', 'hu', 'HUN', '', '36', '__proto__', 'constructor'])(
    'refuses the default country %j',
    async (country) => {
      await expect(readPhone('+36301234567', country)).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
    },
  )

  it('refuses a default country of any other kind', async () => {
    for (const value of hostileValues.filter((one) => one !== undefined)) {
      await expect(readPhone('+36301234567', value as string)).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
    }
  })
})
