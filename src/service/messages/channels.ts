import type { DraftMessage } from '../../core/account/record/messages.ts'
import type { OutboxMessage } from '../../ports/storage.ts'
import type { NightlatchOptions } from '../options/options.ts'
import { createSendMails } from './send-mails.ts'
import { createSendSms } from './send-sms.ts'

/** Why a message can never be sent. */
export type Undeliverable = 'no-verified-address' | 'no-sender'

/** Sends a message through its channel. Null: sent. Rejects if it may be tried again. */
export type Send = (message: OutboxMessage, opened: DraftMessage) => Promise<Undeliverable | null>

export function createSend(
  options: Pick<NightlatchOptions, 'mailer' | 'sms' | 'describe' | 'appName' | 'contact'>,
): Send {
  const sendMails = createSendMails(options)
  const sendSms = createSendSms(options)
  return async (message, opened) => {
    if (opened.channel === 'sms') return (await sendSms(message, opened.sms)) === 0 ? 'no-sender' : null
    return (await sendMails(message, opened)) === 0 ? 'no-verified-address' : null
  }
}
