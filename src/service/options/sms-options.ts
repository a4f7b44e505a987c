import type { Settings } from '../../core/account/record/settings.ts'
import { smsLimits, smsSendLimits } from '../../core/sms/limits.ts'
import type { SmsSendLimits } from '../../core/sms/index.ts'
import { checkDomain } from '../../core/sms/origin-bound.ts'
import { checkCountries } from '../../core/sms/phone.ts'
import { checkSendLimits } from '../../core/sms/sends.ts'
import type { SmsRisk, SmsSender } from '../../ports/sms.ts'
import {
  checkedAt,
  optionError,
  rejectUnknown,
  requireFunction,
  requireMethod,
  requirePart,
  wholeNumber,
} from './option-rules.ts'

export interface SmsOptions {
  readonly sender: SmsSender
  /** Where codes may be sent: ISO 3166-1 alpha-2. Other countries get none [SMS-21]. */
  readonly countries: readonly string[]
  /** The country of numbers that are typed without a country code. */
  readonly defaultCountry?: string
  /** The bare domain of the pages. With it, browsers fill in the code there and nowhere else. */
  readonly domain?: string
  /** Life of a code in ms; default 5 minutes, at most 10 [SMS-4]. */
  readonly lifeMs?: number
  /** How often one account may be sent a code. */
  readonly sends?: Partial<SmsSendLimits>
  /** The limits that all accounts share [SMS-22]. */
  readonly ceilings?: Partial<SmsCeilings>
  /** Asked before each message. `deny`, an error or no answer within 5 s: the message is not sent [SMS-3]. */
  readonly risk?: SmsRisk
}

/** The most messages that are sent, over all accounts. */
export interface SmsCeilings {
  /** To one number in 24 hours; default 20. Known devices, other sign-ins and enrollments of it count apart. */
  readonly numberDaily: number
  /** From one network (an IPv4 address or an IPv6 /64) or one known device in an hour; default 20. */
  readonly networkHourly: number
  /** To one country in an hour; default 500. */
  readonly countryHourly: number
  /** Altogether in an hour; default 2000. */
  readonly totalHourly: number
}

const names: Readonly<Record<keyof SmsOptions, true>> = {
  sender: true,
  countries: true,
  defaultCountry: true,
  domain: true,
  lifeMs: true,
  sends: true,
  ceilings: true,
  risk: true,
}

export function checkSms(options: SmsOptions | undefined): Settings['sms'] {
  if (options === undefined) return null
  const { sender, countries, defaultCountry, domain, lifeMs, sends, risk } = requirePart(options, 'sms', names)
  requireMethod(sender, 'sms.sender', 'send')
  const allowed = checkedAt('sms.', () => checkCountries(countries))
  if (allowed.length === 0) throw optionError('sms.countries', "a list that names a country, such as ['HU']")
  if (defaultCountry !== undefined && !allowed.includes(defaultCountry)) {
    throw optionError('sms.defaultCountry', 'one of sms.countries, in capitals')
  }
  if (domain !== undefined) checkedAt('sms.', () => checkDomain(domain))
  if (risk !== undefined) requireFunction(risk, 'sms.risk')
  const { codeMs, longestCodeMs } = smsLimits
  return {
    countries: allowed,
    codeMs: wholeNumber(lifeMs ?? codeMs, 'sms.lifeMs', 60_000, longestCodeMs),
    sends: checkSends(sends),
  }
}

function checkSends(sends: SmsOptions['sends']): SmsSendLimits {
  if (sends !== undefined && (typeof sends !== 'object' || sends === null)) throw optionError('sms.sends', 'an object')
  rejectUnknown('sms.sends.', sends ?? {}, Object.keys(smsSendLimits))
  const limited = { ...smsSendLimits, ...sends }
  checkedAt('sms.sends.', () => checkSendLimits(limited))
  return limited
}

const defaultCeilings: SmsCeilings = { numberDaily: 20, networkHourly: 20, countryHourly: 500, totalHourly: 2000 }

/** The host's ceilings, completed by the defaults. */
export function smsCeilings(sms: SmsOptions | undefined): SmsCeilings {
  const given: unknown = sms?.ceilings ?? {}
  if (typeof given !== 'object' || given === null) throw optionError('sms.ceilings', 'an object')
  rejectUnknown('sms.ceilings.', given, Object.keys(defaultCeilings))
  const ceilings = { ...defaultCeilings, ...given }
  for (const [name, value] of Object.entries(ceilings)) wholeNumber(value, `sms.ceilings.${name}`, 1, 1_000_000_000)
  return ceilings
}
