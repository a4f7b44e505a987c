import { limits } from '../../limits.ts'
import type { MailTemplate } from '../../mail/index.ts'
import type { SmsMessage } from '../sms/order.ts'
import type { Client } from './context.ts'

/** A mail to all verified addresses of the account, which the host names when it is sent. Or it has its own. */
export interface MailOrder {
  readonly channel: 'mail'
  readonly template: MailTemplate
  /** The addresses of this mail alone, such as one that was just replaced [NOT-6]. Then the host names none. */
  readonly to?: readonly string[]
  /** ms since epoch. The message is not sent later. */
  readonly expiresAt: number
}

export type DraftMessage = MailOrder | SmsMessage

/** Makes a mail about something that happened. `to`: its own addresses, in place of those of the account. */
export function notice(template: MailTemplate, now: number, to?: readonly string[]): MailOrder {
  return { channel: 'mail', template, ...(to === undefined ? {} : { to }), expiresAt: now + limits.noticeMs }
}

/** Address and browser for a mail, as far as they are known. */
export function addressAndBrowser(client: Client): { readonly ip?: string; readonly userAgent?: string } {
  return {
    ...(client.ip === null ? {} : { ip: client.ip }),
    ...(client.userAgent === null ? {} : { userAgent: client.userAgent }),
  }
}
