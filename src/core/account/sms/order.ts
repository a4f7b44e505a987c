import type { SmsPurpose } from '../../sms/index.ts'

/** A code by SMS that is to be sent. Its recipient is fixed in the commit. */
export interface SmsMessage {
  readonly channel: 'sms'
  readonly sms: SmsOrder
  /** ms since epoch. The message is not sent later. */
  readonly expiresAt: number
}

export interface SmsOrder {
  /** E.164 */
  readonly to: string
  readonly purpose: SmsPurpose
  readonly code: string
  readonly minutes: number
}
