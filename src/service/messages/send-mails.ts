import type { MailTemplate } from '../../core/mail/index.ts'
import { loadTexts } from '../../languages/load.ts'
import type { OutboxMessage } from '../../ports/storage.ts'
import { accountIdOf } from '../keys/account-id.ts'
import type { NightlatchOptions } from '../options/options.ts'
import { describeAccount } from './describe.ts'

/** Messages that some addresses took and others did not. If one is forgotten too early, an address gets it twice. */
const mostRemembered = 1000

/**
 * Sends one mail to each verified address, also after one was refused. Answers how many addresses there are, and throws
 * if one of them did not take it.
 */
export type SendMails = (message: OutboxMessage, template: MailTemplate) => Promise<number>

export function createSendMails({
  mailer,
  describe,
  appName,
  contact,
}: Pick<NightlatchOptions, 'mailer' | 'describe' | 'appName' | 'contact'>): SendMails {
  const acceptedBy = createAcceptedAddresses()

  return async ({ recordId, messageId }, template) => {
    // The code that writes mails is needed only here, so that the start of a program does not load it.
    const { composeMail } = await import('../../core/mail/index.ts')
    const { name, locale, timeZone, ...account } = await describeAccount(describe, accountIdOf(recordId))
    const texts = await loadTexts(locale)
    const letter = { template, language: texts, appName, contact, name, locale, timeZone }
    const { subject, text, html, language } = composeMail(letter)
    const addresses = account.addresses.filter(({ verified }) => verified)
    const accepted = acceptedBy.of(messageId)
    const faults: unknown[] = []
    for (const [index, { mail: to }] of addresses.entries()) {
      if (accepted.has(to)) continue
      try {
        await mailer.send({ to, subject, text, html, language, dedupeKey: `${messageId}-${index}` })
        accepted.add(to)
      } catch (error) {
        faults.push(error)
      }
    }
    if (faults.length > 0) throw faults[0]
    acceptedBy.forget(messageId)
    return addresses.length
  }
}

/** The addresses that took a message already, so that only the others are tried again. */
function createAcceptedAddresses(): { of(messageId: string): Set<string>; forget(messageId: string): void } {
  const remembered = new Map<string, Set<string>>()
  return {
    of(messageId) {
      const addresses = remembered.get(messageId) ?? new Set()
      remembered.delete(messageId)
      remembered.set(messageId, addresses)
      for (const oldest of remembered.keys()) {
        if (remembered.size <= mostRemembered) break
        remembered.delete(oldest)
      }
      return addresses
    },
    forget(messageId) {
      remembered.delete(messageId)
    },
  }
}
