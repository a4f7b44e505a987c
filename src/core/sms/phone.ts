import { argumentError } from '../arguments.ts'
import { isE164 } from '../e164.ts'
import { NightlatchError } from '../errors.ts'

// All calling codes of one or two digits, as assigned by the ITU. All others have three.
const callingCode = /^\+(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/

/**
 * Masks a number for a page, a mail or a log [SMS-11]. The calling code and the last two digits stay. All other digits
 * become six dots, so that their count is hidden too. A short number shows fewer digits.
 *
 * @contract pure · masked text · throws NL_ARGUMENT
 * @example
 * maskPhone('+36301234567') // '+36 •••••• 67'
 */
export function maskPhone(phone: string): string {
  if (!isE164(phone)) throw argumentError('phone', 'a number in E.164 form')
  const [code = ''] = callingCode.exec(phone) ?? []
  const hidden = phone.length - code.length
  return [code, '••••••', hidden >= 6 ? phone.slice(-2) : ''].filter((part) => part !== '').join(' ')
}

/**
 * Tells whether codes may be sent to numbers of a country. Only listed countries are allowed [SMS-21].
 *
 * @contract pure · country ISO 3166-1 alpha-2 · true|false · throws none
 * @example
 * countryAllowed('HU', ['HU', 'AT']) // true
 */
export function countryAllowed(country: string, allowed: readonly string[]): boolean {
  return Array.isArray(allowed) && allowed.includes(country)
}

/**
 * Reads a configured list of countries. The result has each country once, in capitals.
 *
 * @contract pure · ISO 3166-1 alpha-2 · countries · throws NL_CONFIG
 * @example
 * checkCountries(['hu', 'AT']) // ['HU', 'AT']
 */
export function checkCountries(countries: readonly string[]): readonly string[] {
  if (
    !Array.isArray(countries) ||
    !countries.every((country) => typeof country === 'string' && /^[a-z]{2}$/i.test(country))
  ) {
    throw new NightlatchError('NL_CONFIG', "countries must be a list of two-letter codes such as ['HU', 'AT']")
  }
  return [...new Set(countries.map((country) => country.toUpperCase()))]
}
