import type { SmsOrder } from '../../core/account/sms/order.ts'
import { loadTexts } from '../../languages/load.ts'
import type { OutboxMessage } from '../../ports/storage.ts'
import { accountIdOf } from '../keys/account-id.ts'
import type { NightlatchOptions } from '../options/options.ts'
import { describeAccount } from './describe.ts'

/** Sends a code to the number that the commit named; only the language is asked for now. Answers how many were sent. */
export type SendSms = (message: OutboxMessage, order: SmsOrder) => Promise<number>

export function createSendSms({
  sms,
  describe,
  appName,
}: Pick<NightlatchOptions, 'sms' | 'describe' | 'appName'>): SendSms {
  return async ({ recordId, messageId }, { to, purpose, code, minutes }) => {
    // The code was queued while SMS was configured, and now it is not.
    if (sms === undefined) return 0
    const { smsText } = await import('../../core/sms/index.ts')
    const { locale } = await describeAccount(describe, accountIdOf(recordId))
    const language = await loadTexts(locale)
    const text = smsText({ language, template: purpose, code, appName, domain: sms.domain, minutes })
    await sms.sender.send({ to, text, dedupeKey: messageId, language: language.tag })
    return 1
  }
}
