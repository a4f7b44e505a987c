import { limits } from '../../limits.ts'
import type { MailTemplate } from '../../mail/index.ts'
import type { DraftMessage } from './step.ts'

/** A mail to all of the account's verified addresses, asked of the host when it is sent. */
export function notice(template: MailTemplate, now: number): DraftMessage {
  return { channel: 'mail', template, expiresAt: now + limits.noticeMs }
}
