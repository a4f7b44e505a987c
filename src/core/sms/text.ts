import { argumentError, requireInteger, requireObject, requireOneOf, requireParts, requireText } from '../arguments.ts'
import { cleanText } from '../text.ts'
import { isSmsCode, smsPurposes } from './code.ts'
import type { SmsPurpose } from './code.ts'
import { smsLimits } from './limits.ts'
import { checkDomain } from './origin-bound.ts'

/** What the texts are made with. */
export interface SmsWords {
  readonly appName: string
  readonly code: string
  readonly minutes: number
}

/**
 * The texts of messages in one language, one for each purpose. If the alphabet allows it, all letters are in GSM-7:
 * with any other letter, a message holds less than half as much.
 */
export type SmsTexts = Readonly<Record<SmsPurpose, (words: SmsWords) => string>>

export interface SmsTextOptions {
  readonly language: { readonly sms: SmsTexts }
  readonly template: SmsPurpose
  /** 6 to 8 ASCII digits. */
  readonly code: string
  readonly appName: string
  /** The host on which a browser may fill the code in. */
  readonly domain?: string | undefined
  /** How long the code can be used, 1 to 10 minutes. */
  readonly minutes: number
}

/** Cuts the name without an ellipsis, because GSM-7 has none. */
function shortName(appName: string): string {
  return [...cleanText(appName, 65_536)].slice(0, smsLimits.appName).join('').trim()
}

/**
 * Writes the text of a message in the given language. It names the application and what the code is for, asks not to
 * pass the code on, and has no link [SMS-13]. With a domain, the last line binds the code to it [SMS-16]: a browser
 * fills the code in on pages of that domain only.
 *
 * @contract pure · minutes 1 to 10 · text · throws NL_ARGUMENT, NL_CONFIG · WICG sms-one-time-codes
 * @example
 * const language = await loadLanguage('en')
 * smsText({ language, template: 'login', code: '123456', appName: 'Acme', domain: 'acme.example', minutes: 5 })
 */
export function smsText(options: SmsTextOptions): string {
  requireObject(options, 'options')
  const { language, template, code, appName, domain, minutes } = options
  requireObject(language, 'language')
  requireParts(language.sms, 'language.sms', smsPurposes)
  requireOneOf(template, 'template', smsPurposes)
  if (!isSmsCode(code)) throw argumentError('code', 'a text of 6 to 8 digits')
  requireText(appName, 'appName')
  const name = shortName(appName)
  if (name === '') throw argumentError('appName', 'a text that shows something')
  requireInteger(minutes, 'minutes', { from: 1, to: smsLimits.longestCodeMs / 60_000 })
  const sentence = language.sms[template]({ appName: name, code, minutes })
  return domain === undefined ? sentence : `${sentence}\n\n@${checkDomain(domain)} #${code}`
}
