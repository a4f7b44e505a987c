import { limits } from '../../limits.ts'
import type { MailTemplate } from '../../mail/index.ts'
import type { SmsMessage } from '../sms/order.ts'
import type { Client } from './context.ts'

/** A mail to all verified addresses of the account. The host names them when it is sent. */
export interface MailOrder {
  readonly channel: 'mail'
  readonly template: MailTemplate
  /** ms since epoch. The message is not sent later. */
  readonly expiresAt: number
}

export type DraftMessage = MailOrder | SmsMessage

/** Makes a mail about something that happened. */
export function notice(template: MailTemplate, now: number): MailOrder {
  return { channel: 'mail', template, expiresAt: now + limits.noticeMs }
}

/** Address and browser for a mail, as far as they are known. */
export function addressAndBrowser(client: Client): { readonly ip?: string; readonly userAgent?: string } {
  return {
    ...(client.ip === null ? {} : { ip: client.ip }),
    ...(client.userAgent === null ? {} : { userAgent: client.userAgent }),
  }
}
