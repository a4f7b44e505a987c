import { backupCodeSheet } from 'nightlatch/backup-codes'
import { loadLanguage } from 'nightlatch/languages'
import type { User } from './users.ts'

/** A text file to print. The page sends back the codes that it shows: nightlatch keeps only their digests. */
export async function sheetOf({ email, language: locale }: User, codes: readonly string[]): Promise<string> {
  const language = await loadLanguage(locale)
  const createdAt = new Intl.DateTimeFormat(language.tag, { dateStyle: 'long' }).format(Date.now())
  return backupCodeSheet({ language, appName: 'Acme', account: email, codes, createdAt })
}
