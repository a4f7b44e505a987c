import type { Language } from '../core/languages/language.ts'
import { loadTexts } from './load.ts'

export type { Language } from '../core/languages/language.ts'
export { languages } from './load.ts'

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
