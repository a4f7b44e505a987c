import type { MailOrder } from '../../core/account/record/messages.ts'
import { createRecentMap } from '../../core/recent-map.ts'
import { loadOnce } from '../../languages/load-once.ts'
import { loadTexts } from '../../languages/load.ts'
import type { OutboxMessage } from '../../ports/storage.ts'
import { accountIdOf } from '../keys/account-id.ts'
import type { NightlatchOptions } from '../options/options.ts'
import { describeAccount } from './describe.ts'

/** Messages that some addresses took and others did not. If one is forgotten too early, an address gets it twice. */
const mostRemembered = 1000

/** The code that writes mails is needed only here, so that the start of a program does not load it. */
const loadMail = /* @__PURE__ */ loadOnce(() => import('../../core/mail/index.ts'))

/**
 * Sends one mail to each verified address, or to each of its own, also after one was refused. Answers how many there
 * are, and throws if one of them did not take it.
 */
export type SendMails = (message: OutboxMessage, order: MailOrder) => Promise<number>

export function createSendMails({
  mailer,
  describe,
  appName,
  contact,
}: Pick<NightlatchOptions, 'mailer' | 'describe' | 'appName' | 'contact'>): SendMails {
  /** The addresses that took a message already, so that only the others are tried again. */
  const acceptedBy = createRecentMap<Set<string>>(mostRemembered)

  return async ({ recordId, messageId }, { template, to: own }) => {
    const { composeMail } = await loadMail()
    const { name, locale, timeZone, ...account } = await describeAccount(describe, accountIdOf(recordId))
    const texts = await loadTexts(locale)
    const letter = { template, language: texts, appName, contact, name, locale, timeZone }
    const { subject, text, html, language } = composeMail(letter)
    const verified = account.addresses.filter((address) => address.verified)
    const addresses = own ?? verified.map(({ mail }) => mail)
    const accepted = acceptedBy.get(messageId) ?? new Set()
    acceptedBy.set(messageId, accepted)
    const faults: unknown[] = []
    for (const [index, to] of addresses.entries()) {
      if (accepted.has(to)) continue
      try {
        await mailer.send({ to, subject, text, html, language, dedupeKey: `${messageId}-${index}` })
        accepted.add(to)
      } catch (error) {
        faults.push(error)
      }
    }
    if (faults.length > 0) throw faults[0]
    acceptedBy.delete(messageId)
    return addresses.length
  }
}
