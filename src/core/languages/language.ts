import type { SheetTexts } from '../backup-codes/sheet.ts'
import type { MailTexts } from '../mail/texts.ts'
import type { SmsTexts } from '../sms/text.ts'

/** All texts of one human language. A language with a text missing does not compile. */
export interface Language {
  /** BCP 47; the name of the language's file. */
  readonly tag: string
  readonly mail: MailTexts
  readonly sms: SmsTexts
  readonly sheet: SheetTexts
}
