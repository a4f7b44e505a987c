import type * as Plans from 'libphonenumber-js/max'
import type { CountryCode, PhoneNumber } from 'libphonenumber-js/max'
import { argumentError } from '../../core/arguments.ts'
import type { NumberType } from '../../core/e164.ts'
import { isE164 } from '../../core/e164.ts'
import { missingPackage } from '../../core/missing-package.ts'
import { loadOnce } from '../../languages/load-once.ts'

const loadPlans = loadOnce((): Promise<typeof Plans> =>
  import('libphonenumber-js/max').catch((cause: unknown) => {
    throw missingPackage('to read telephone numbers, nightlatch', 'libphonenumber-js', cause)
  }),
)

export type ReadPhoneOutcome =
  | {
      readonly ok: true
      readonly e164: string
      /** ISO 3166-1 alpha-2 */
      readonly country: string
      readonly type: NumberType
    }
  /** `malformed`: no number, or no country code and no default. `impossible`: no country has numbers like it. */
  | { readonly ok: false; readonly reason: 'malformed' | 'impossible' }

type NumberTypeOfLibrary = NonNullable<ReturnType<PhoneNumber['getType']>>

const types: Readonly<Record<NumberTypeOfLibrary, NumberType>> = {
  MOBILE: 'mobile',
  FIXED_LINE: 'fixed-line',
  FIXED_LINE_OR_MOBILE: 'fixed-line-or-mobile',
  VOIP: 'voip',
  PREMIUM_RATE: 'premium-rate',
  TOLL_FREE: 'toll-free',
  SHARED_COST: 'shared-cost',
  PERSONAL_NUMBER: 'personal',
  PAGER: 'pager',
  UAN: 'company',
  VOICEMAIL: 'voicemail',
}

const longestText = 64

// What people and address books put between digits: spaces, dashes, dots, brackets, slashes, and the invisible marks
// of direction that phones copy along.
const decoration =
  /[\s()./\-\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060\u2066-\u2069\u2212\uff08\uff09\uff0d\uff0e\uff0f]/g

/** Full-width, Arabic-Indic and Eastern Arabic-Indic digits, which phones type, become ASCII ones. */
function asciiDigits(text: string): string {
  return text
    .replace(/[\uff10-\uff19\u0660-\u0669\u06f0-\u06f9]/g, (digit) =>
      String((digit.charCodeAt(0) & 0xff) - firstOf(digit)),
    )
    .replace(/\uff0b/g, '+')
}

function firstOf(digit: string): number {
  const unit = digit.charCodeAt(0)
  return (unit >= 0xff10 ? 0xff10 : unit >= 0x06f0 ? 0x06f0 : 0x0660) & 0xff
}

/** The digits of a typed number, with a `+` in front if it was typed; `null` for extensions, letters, anything else. */
function dialed(text: unknown): string | null {
  if (typeof text !== 'string' || text.length > longestText) return null
  const digits = asciiDigits(text.trim().replace(/^tel:/i, '')).replace(decoration, '')
  return /^\+?\d{2,}$/.test(digits) ? digits : null
}

/**
 * Reads a telephone number in any common spelling, national ones of the default country too. A number that fits the
 * lengths of its country is taken even if no published range has it, because ranges are opened faster than lists of
 * them are updated: its type is `unknown` then, and a host may refuse it. Loads `libphonenumber-js` with 150 kB of
 * numbering plans at its first call.
 *
 * @contract effect(module loading) · ok|malformed|impossible · throws NL_ARGUMENT, NL_CONFIG · ITU-T E.164
 * @example
 * await readPhone('06 30 123 4567', 'HU') // { ok: true, e164: '+36301234567', country: 'HU', type: 'mobile' }
 */
export async function readPhone(text: unknown, defaultCountry?: string): Promise<ReadPhoneOutcome> {
  const { isSupportedCountry, parsePhoneNumberFromString } = await loadPlans()
  if (defaultCountry !== undefined && !(typeof defaultCountry === 'string' && isSupportedCountry(defaultCountry))) {
    throw argumentError('defaultCountry', "a country's two-letter code of ISO 3166-1 in capitals, such as 'GB'")
  }
  const digits = dialed(text)
  if (digits === null) return { ok: false, reason: 'malformed' }
  // 00 is dialed for + in most of the world; no national number begins like that.
  const isGlobal = digits.startsWith('+') || digits.startsWith('00')
  if (!isGlobal && defaultCountry === undefined) return { ok: false, reason: 'malformed' }
  const parse = (spelling: string, country?: CountryCode): PhoneNumber | undefined =>
    parsePhoneNumberFromString(spelling, { extract: false, ...(country && { defaultCountry: country }) })
  const spellings = digits.startsWith('00') ? [digits, `+${digits.slice(2)}`] : [digits]
  for (const spelling of spellings) {
    const typed = parse(spelling, defaultCountry)
    // The result is read once more, so that each number has only one stored form.
    const number = typed && parse(typed.number)
    if (number?.country === undefined || !number.isPossible() || !isE164(number.number)) continue
    const type = number.getType()
    return {
      ok: true,
      e164: number.number,
      country: number.country,
      type: type === undefined ? 'unknown' : types[type],
    }
  }
  return { ok: false, reason: 'impossible' }
}
