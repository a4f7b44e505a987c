import type { NumberType } from '../core/e164.ts'
import type { SmsPurpose } from '../core/sms/index.ts'

export interface SmsMessage {
  /** E.164 */
  readonly to: string
  readonly text: string
  /** The same for every try of one message, so that a sender may drop a repeat. */
  readonly dedupeKey: string
  /** BCP 47 */
  readonly language: string
}

/**
 * Gives one message to the host's gateway. Resolves when it was accepted, rejects when it was not. A
 * `NightlatchError` of the code `NL_SMS_REFUSED` is final: this number cannot get messages. After any other error
 * the outbox tries again until the code expires. A call that does not settle in 20 seconds counts as failed.
 */
export interface SmsSender {
  send(sms: SmsMessage): Promise<void>
}

/** What a host's risk check gets before a message is sent. */
export interface SmsRiskRequest {
  readonly accountId: string
  /** E.164 */
  readonly phone: string
  /** ISO 3166-1 alpha-2 */
  readonly country: string
  readonly type: NumberType
  readonly purpose: SmsPurpose
  /** The address of whoever asks for the message; null: unknown, or a script. */
  readonly ip: string | null
}

/** Answers whether to send. Looks for signs of fraud, such as a number that was ported yesterday [SMS-3]. */
export type SmsRisk = (request: SmsRiskRequest) => 'send' | 'deny' | Promise<'send' | 'deny'>
