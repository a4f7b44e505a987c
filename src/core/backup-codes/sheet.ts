import { argumentError, requireObject, requireParts, requireText } from '../arguments.ts'
import { maxBackupCodes } from './generate.ts'

/** The texts of the sheet in one language. */
export interface SheetTexts {
  /** Lines under the codes. */
  readonly advice: readonly string[]
  title(appName: string): string
  account(account: string): string
  created(createdAt: string): string
}

const longestField = 200

/** Puts a value on one line, without control characters, so that no name can add lines to the sheet. */
function oneLine(value: unknown, title: string): string {
  requireText(value, title)
  return value
    .slice(0, longestField)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
}

/**
 * Writes a set of codes as plain text, to print or save, in the given language. Each code has a line, with a box to
 * tick when it was used.
 *
 * `createdAt` is a text that the caller writes in the person's language and time zone.
 *
 * @contract pure · createdAt text · throws NL_ARGUMENT
 * @example
 * const language = await loadLanguage('en')
 * backupCodeSheet({ language, appName: 'Acme', account: 'ada@example.org', codes, createdAt: '2 November 2026' })
 */
export function backupCodeSheet(options: {
  readonly language: { readonly sheet: SheetTexts }
  readonly appName: string
  readonly account: string
  readonly codes: readonly string[]
  readonly createdAt: string
}): string {
  requireObject(options, 'options')
  const { language, codes } = options
  requireObject(language, 'language')
  const { sheet: texts } = language
  requireParts(texts, 'language.sheet', ['title', 'account', 'created', 'advice'])
  if (!Array.isArray(codes) || codes.length > maxBackupCodes) {
    throw argumentError('codes', `an array of at most ${maxBackupCodes} codes`)
  }
  const title = texts.title(oneLine(options.appName, 'appName'))
  return [
    title,
    '='.repeat(title.length),
    '',
    texts.account(oneLine(options.account, 'account')),
    texts.created(oneLine(options.createdAt, 'createdAt')),
    '',
    ...codes.map((code, at) => `  [ ] ${String(at + 1).padStart(2)}.  ${oneLine(code, 'each of codes')}`),
    '',
    ...texts.advice,
    '',
  ].join('\n')
}
