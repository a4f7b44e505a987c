import type { OutboxMessage } from '../../ports/storage.ts'
import type { Tell } from '../loop/reports.ts'
import type { NightlatchOptions } from '../options/options.ts'
import type { CallOutlet } from './calls.ts'
import type { WaitingMessage } from './sealed-message.ts'
import { createSendMails } from './send-mails.ts'
import { createSendSms } from './send-sms.ts'
import type { Delivered, Work } from './work.ts'

export type SendingHost = Pick<NightlatchOptions, 'mailer' | 'sms' | 'describe' | 'appName' | 'contact'>

/** Sends a message through its channel, and settles it. */
export type Send = (
  message: OutboxMessage,
  opened: WaitingMessage,
  work: Work & { hasTime(): boolean },
) => Promise<Delivered>

export function createSend(host: SendingHost, callOutlet: CallOutlet, tell: Tell): Send {
  const sendMails = createSendMails({ ...host, callOutlet })
  const sendSms = createSendSms({ ...host, callOutlet, tell })
  return async (message, opened, work) => {
    if (opened.channel === 'mail') return work.settleMail(await sendMails(message, opened, work))
    const failure = await sendSms(message, opened.sms)
    if (failure === null) return work.done()
    if (failure === 'no-sender') return work.giveUp(failure)
    if (failure.reason !== 'refused') return work.retry(failure)
    await work.refused(failure)
    return work.giveUp('refused')
  }
}
