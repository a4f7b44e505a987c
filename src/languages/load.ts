import { requireText } from '../core/arguments.ts'
import type { CompleteLanguage } from '../core/languages/language.ts'
import { readLocale } from '../core/locale.ts'
import { loadOnce } from './load-once.ts'

/** One line for each language. A language is loaded when it is first used. */
const table = {
  en: /* @__PURE__ */ loadOnce(() => import('../core/languages/en.ts')),
  fr: /* @__PURE__ */ loadOnce(() => import('../core/languages/fr.ts')),
} satisfies Readonly<Record<string, () => Promise<{ readonly language: CompleteLanguage }>>>

/** The codes of all languages. */
export const languages: readonly string[] = /* @__PURE__ */ Object.freeze(/* @__PURE__ */ Object.keys(table))

function isKnown(code: string | null): code is keyof typeof table {
  return code !== null && Object.hasOwn(table, code)
}

/** All texts of the language of a locale. English if there is no such language. */
export async function loadTexts(locale: string = 'en'): Promise<CompleteLanguage> {
  requireText(locale, 'locale')
  const { language: code } = readLocale(locale)
  const load = isKnown(code) ? table[code] : table.en
  const { language } = await load()
  return language
}
