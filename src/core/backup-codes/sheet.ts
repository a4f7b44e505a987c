import { argumentError, requireObject, requireOneOf, requireText } from '../arguments.ts'
import { maxBackupCodes } from './generate.ts'

export type SheetLocale = 'en' | 'fr'

interface SheetTexts {
  readonly title: (appName: string) => string
  readonly account: (account: string) => string
  readonly created: (createdAt: string) => string
  readonly advice: readonly string[]
}

const texts: Readonly<Record<SheetLocale, SheetTexts>> = {
  en: {
    title: (appName) => `${appName}: backup codes`,
    account: (account) => `Account: ${account}`,
    created: (createdAt) => `Created: ${createdAt}`,
    advice: [
      'Each code signs you in once, in place of your authenticator app.',
      'Strike out a code when you have used it.',
      'A new set makes every code on this sheet worthless.',
      'Keep this sheet safe, away from your phone, and show it to nobody.',
    ],
  },
  fr: {
    title: (appName) => `${appName} : codes de secours`,
    account: (account) => `Compte : ${account}`,
    created: (createdAt) => `Créés le : ${createdAt}`,
    advice: [
      'Chaque code vous connecte une seule fois, à la place de votre application.',
      'Rayez un code dès que vous l’avez utilisé.',
      'Un nouveau jeu de codes annule tous ceux de cette feuille.',
      'Gardez cette feuille en lieu sûr, loin de votre téléphone, et ne la montrez à personne.',
    ],
  },
}

const longestField = 200

/** One printable line: a name that holds line breaks or control characters must not forge lines of the sheet. */
function oneLine(value: unknown, title: string): string {
  requireText(value, title)
  return value
    .slice(0, longestField)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
}

/**
 * Writes a set of codes as plain text to print or save, one code a line with a box to strike out.
 *
 * The caller writes the date as text, in the person's language and time zone.
 *
 * @contract pure · createdAt text · throws NL_ARGUMENT
 * @example
 * backupCodeSheet({ appName: 'Acme', account: 'ada@example.org', codes, createdAt: '2 November 2026', locale: 'en' })
 */
export function backupCodeSheet(options: {
  readonly appName: string
  readonly account: string
  readonly codes: readonly string[]
  readonly createdAt: string
  readonly locale?: SheetLocale | undefined
}): string {
  requireObject(options, 'options')
  const { codes, locale = 'en' } = options
  requireOneOf(locale, 'locale', Object.keys(texts) as SheetLocale[])
  if (!Array.isArray(codes) || codes.length > maxBackupCodes) {
    throw argumentError('codes', `an array of at most ${maxBackupCodes} codes`)
  }
  const text = texts[locale]
  const title = text.title(oneLine(options.appName, 'appName'))
  return [
    title,
    '='.repeat(title.length),
    '',
    text.account(oneLine(options.account, 'account')),
    text.created(oneLine(options.createdAt, 'createdAt')),
    '',
    ...codes.map((code, at) => `  [ ] ${String(at + 1).padStart(2)}.  ${oneLine(code, 'each of codes')}`),
    '',
    ...text.advice,
    '',
  ].join('\n')
}
