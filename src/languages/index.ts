import type { SheetTexts } from '../core/backup-codes/sheet.ts'
import type { SmsTexts } from '../core/sms/text.ts'
import { loadTexts } from './load.ts'

export { languages } from './load.ts'

/** The texts of one human language that a host can use itself. */
export interface Language {
  /** BCP 47 */
  readonly tag: string
  /** For `smsText` of `nightlatch/sms`. */
  readonly sms: SmsTexts
  /** For `backupCodeSheet` of `nightlatch/backup-codes`. */
  readonly sheet: SheetTexts
}

/**
 * Loads the texts of the language of a locale, such as `fr`, `fr-CA` or `fr_CA.UTF-8`. A locale of any other language,
 * or none, gives English.
 *
 * @contract effect(loads one file at the first call) · locale BCP 47 · the language · throws NL_ARGUMENT
 * @example
 * const language = await loadLanguage('fr-CA')
 * smsText({ language, template: 'login', code: '123456', appName: 'Acme', minutes: 5 })
 */
export async function loadLanguage(locale: string = 'en'): Promise<Language> {
  return loadTexts(locale)
}
