import type { MailTemplate } from '../../core/mail/index.ts'
import { cleanText } from '../../core/text.ts'
import { loadOnce } from '../../languages/load-once.ts'
import { loadTexts } from '../../languages/load.ts'
import type { Mail } from '../../ports/mailer.ts'
import type { NightlatchOptions } from '../options/options.ts'
import type { AccountDescription } from './describe.ts'
import { mailboxOf, recipientKey } from './recipients.ts'

/** The code that writes mails is needed only here, so that the start of a program does not load it. */
const loadMail = /* @__PURE__ */ loadOnce(() => import('../../core/mail/index.ts'))

/** The most code points of a name in a header. */
const longestName = 64

/** Writes the mail for one address. */
export type WriteMail = (to: string) => Mail

interface Letter {
  readonly messageId: string
  readonly template: MailTemplate
  readonly owner: AccountDescription
}

/** Loads the texts of the owner's language once for all addresses. */
export async function mailWriter(
  { appName, contact }: Pick<NightlatchOptions, 'appName' | 'contact'>,
  { messageId, template, owner: { name, addresses, locale, timeZone } }: Letter,
): Promise<WriteMail> {
  const { composeMail } = await loadMail()
  const language = await loadTexts(locale)
  const isAddress = (text: string): boolean => addresses.some(({ mail }) => mailboxOf(mail) === mailboxOf(text))
  // Beside an address, a name that looks like another one misleads the reader, and filters take it for fraud.
  const display = name.includes('@') || isAddress(name) ? '' : cleanText(name, longestName).trim()
  return (to) => {
    const greeted = name === '' || mailboxOf(name) === mailboxOf(to) ? undefined : name
    const mail = composeMail({ template, language, appName, contact, name: greeted, locale, timeZone })
    const { subject, text, html, language: tag } = mail
    const dedupeKey = recipientKey(messageId, to)
    return { to, ...(display === '' ? {} : { name: display }), subject, text, html, dedupeKey, language: tag }
  }
}
