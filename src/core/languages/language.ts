import type { SheetTexts } from '../backup-codes/sheet.ts'
import type { MailTexts } from '../mail/texts.ts'
import type { SmsTexts } from '../sms/text.ts'

/** The texts of one human language that a host can use itself. */
export interface Language {
  /** BCP 47; the name of the language's file. */
  readonly tag: string
  /** For `smsText` of `nightlatch/sms`. */
  readonly sms: SmsTexts
  /** For `backupCodeSheet` of `nightlatch/backup-codes`. */
  readonly sheet: SheetTexts
}

/** All texts of one human language. A language with a text missing does not compile. */
export interface CompleteLanguage extends Language {
  readonly mail: MailTexts
}
