import { argumentError, requireInteger, requireObject, requireOneOf, requireText } from '../arguments.ts'
import { cleanText } from '../text.ts'
import { isSmsCode, smsPurposes } from './code.ts'
import type { SmsPurpose } from './code.ts'
import { smsLimits } from './limits.ts'
import { checkDomain } from './origin-bound.ts'

/** The languages that messages are written in. */
export type SmsLanguage = 'en' | 'fr'

export interface SmsTextOptions {
  readonly template: SmsPurpose
  /** 6 to 8 ASCII digits. */
  readonly code: string
  readonly appName: string
  /** BCP 47; any language but French is answered in English. */
  readonly locale: string
  /** The host that a browser may fill the code in for. */
  readonly domain?: string | undefined
  /** How long the code can be used, 1 to 10 minutes. */
  readonly minutes: number
}

interface Words {
  readonly appName: string
  readonly code: string
  readonly minutes: number
}

type Sentences = Readonly<Record<SmsPurpose, (words: Words) => string>>

const english = (what: string, { appName, code, minutes }: Words): string =>
  `${appName}: ${code} is your code ${what}, valid for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}. Never pass it on, not even to us.`

// French without ê, ç, û and the curly apostrophe: GSM-7 lacks them, and one of them would halve the room.
const french = (what: string, { appName, code, minutes }: Words): string =>
  `${appName} : ${code} est votre code ${what}, valable ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}. Ne le communiquez à personne.`

const texts: Readonly<Record<SmsLanguage, Sentences>> = {
  en: {
    login: (words) => english('to sign in', words),
    'verify-number': (words) => english('to confirm this number', words),
    'step-up': (words) => english('to confirm that it is you', words),
  },
  fr: {
    login: (words) => french('de connexion', words),
    'verify-number': (words) => french('pour confirmer ce numéro', words),
    'step-up': (words) => french("pour confirmer que c'est vous", words),
  },
}

/**
 * The language in which an account of some locale is written to.
 *
 * @contract pure · en|fr · throws NL_ARGUMENT
 * @example
 * smsLanguage('fr-CA') // 'fr'
 */
export function smsLanguage(locale: string): SmsLanguage {
  requireText(locale, 'locale')
  return /^fr(?![a-z\d])/i.test(locale) ? 'fr' : 'en'
}

/** Cut without an ellipsis, which GSM-7 lacks. */
function shortName(appName: string): string {
  return [...cleanText(appName, 65_536)].slice(0, smsLimits.appName).join('').trim()
}

/**
 * The text of a message: it names the application and what the code is for, asks not to pass the code on, and has no
 * link [SMS-13]. With a domain its last line binds the code to it [SMS-16], so that a browser fills it in there only.
 *
 * @contract pure · minutes 1 to 10 · text · throws NL_ARGUMENT, NL_CONFIG · WICG sms-one-time-codes
 * @example
 * smsText({ template: 'login', code: '123456', appName: 'Acme', locale: 'en', domain: 'acme.example', minutes: 5 })
 */
export function smsText(options: SmsTextOptions): string {
  requireObject(options, 'options')
  const { template, code, appName, locale, domain, minutes } = options
  requireOneOf(template, 'template', smsPurposes)
  if (!isSmsCode(code)) throw argumentError('code', 'a text of 6 to 8 digits')
  requireText(appName, 'appName')
  const name = shortName(appName)
  if (name === '') throw argumentError('appName', 'a text that shows something')
  requireInteger(minutes, 'minutes', { from: 1, to: smsLimits.longestCodeMs / 60_000 })
  const sentence = texts[smsLanguage(locale)][template]({ appName: name, code, minutes })
  return domain === undefined ? sentence : `${sentence}\n\n@${checkDomain(domain)} #${code}`
}
