import { requireText } from '../core/arguments.ts'
import type { Language } from '../core/languages/language.ts'
import { readLocale } from '../core/locale.ts'

export type { Language } from '../core/languages/language.ts'

/** One line for each language. A language is loaded when it is first used. */
const table = {
  en: () => import('../core/languages/en.ts'),
  fr: () => import('../core/languages/fr.ts'),
} satisfies Readonly<Record<string, () => Promise<{ readonly language: Language }>>>

/** The codes of all languages. */
export const languages: readonly string[] = /* @__PURE__ */ Object.freeze(/* @__PURE__ */ Object.keys(table))

function isKnown(code: string | null): code is keyof typeof table {
  return code !== null && Object.hasOwn(table, code)
}

/**
 * Loads all texts of the language of a locale, such as `fr`, `fr-CA` or `fr_CA.UTF-8`. A locale of any other language,
 * or none, gives English.
 *
 * @contract effect(loads one file at the first call) · locale BCP 47 · the language · throws NL_ARGUMENT
 * @example
 * const language = await loadLanguage('fr-CA')
 * smsText({ language, template: 'login', code: '123456', appName: 'Acme', minutes: 5 })
 */
export async function loadLanguage(locale: string = 'en'): Promise<Language> {
  requireText(locale, 'locale')
  const { language: code } = readLocale(locale)
  const load = isKnown(code) ? table[code] : table.en
  const { language } = await load()
  return language
}
