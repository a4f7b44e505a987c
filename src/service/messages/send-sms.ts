import type { SmsOrder } from '../../core/account/sms/order.ts'
import { loadTexts } from '../../languages/load.ts'
import type { RecordId } from '../../ports/storage.ts'
import { accountIdOf } from '../keys/account-id.ts'
import type { NightlatchOptions } from '../options/options.ts'
import type { Tell } from '../loop/reports.ts'
import type { CallOutlet } from './calls.ts'
import { describeAccount } from './describe.ts'
import type { Failure } from './failure.ts'
import { failureOf } from './failure.ts'

/** Sends a code to the number that the commit named. Null: sent. `no-sender`: SMS is no longer configured. */
export type SendSms = (
  message: { readonly recordId: RecordId; readonly messageId: string },
  order: SmsOrder,
) => Promise<Failure | 'no-sender' | null>

type SendSmsParts = Pick<NightlatchOptions, 'sms' | 'describe' | 'appName'> & {
  readonly callOutlet: CallOutlet
  readonly tell: Tell
}

export function createSendSms({ sms, describe, appName, callOutlet, tell }: SendSmsParts): SendSms {
  /** A code is needed now. If the host does not say in which language, it goes out in the default one. */
  const localeOf = async (recordId: RecordId): Promise<string | undefined> => {
    try {
      return (await describeAccount(describe, accountIdOf(recordId))).locale
    } catch (cause) {
      tell('describe', 'a code by SMS goes out in the default language, because describe failed', { cause })
      return undefined
    }
  }

  return async ({ recordId, messageId }, { to, purpose, code, minutes }) => {
    // The code was queued while SMS was configured, and now it is not.
    if (sms === undefined) return 'no-sender'
    try {
      const { smsText } = await import('../../core/sms/index.ts')
      const language = await loadTexts(await localeOf(recordId))
      const text = smsText({ language, template: purpose, code, appName, domain: sms.domain, minutes })
      const message = { to, text, dedupeKey: messageId, language: language.tag }
      const answer = await callOutlet('sms', messageId, () => sms.sender.send(message))
      return answer === 'late' ? { reason: 'late' } : null
    } catch (error) {
      return failureOf('sms', error)
    }
  }
}
