import type { Secret } from '../../secret.ts'
import type { SmsPurpose, SmsSends } from '../../sms/index.ts'
import { noSmsSends } from '../../sms/sends.ts'
import type { HardCount } from '../record/hard-count.ts'
import { noFailures } from '../record/hard-count.ts'

export interface SmsState extends HardCount {
  readonly number: SmsNumber | null
  readonly enrollment: SmsEnrollment | null
  /** Wrong codes that were typed to confirm a number. Only time forgives them, and no right code [SMS-5]. */
  readonly unproven: { readonly failures: number; readonly failedAt: number } | null
  /** The only live code of the account. A new one replaces it [SMS-6]. */
  readonly code: SmsCode | null
  /** Messages that were sent for the owner (a known device or a session), and for others who have the password. */
  readonly sends: { readonly own: SmsSends; readonly others: SmsSends }
}

export interface SmsNumber {
  readonly id: string
  /** E.164 */
  readonly phone: Secret
  /** As pages, mails and logs may show it [SMS-11]. */
  readonly masked: string
  /** ISO 3166-1 alpha-2 */
  readonly country: string
  /** The kind of number, by its numbering plan. */
  readonly type: string
  /** ms since epoch, like every time of a state */
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

export interface SmsEnrollment extends Omit<SmsNumber, 'createdAt' | 'lastUsedAt'> {
  readonly startedAt: number
  readonly session: string | null
  readonly switching: boolean
}

export interface SmsCode {
  readonly purpose: SmsPurpose
  /** What it was sent for: the id of a challenge, of a session or of an enrollment [SMS-7]. */
  readonly request: string
  /** The id of the number that it was sent to. */
  readonly number: string
  /** A key of 32 bytes and the digest made under it. */
  readonly digest: Secret
  readonly sentAt: number
  readonly expiresAt: number
  /** The owner asked for it. While it is live, nobody else's request replaces it. */
  readonly own: boolean
}

export const noSms: SmsState = {
  number: null,
  enrollment: null,
  unproven: null,
  code: null,
  ...noFailures,
  sends: { own: noSmsSends, others: noSmsSends },
}

/** A code by SMS that is right. */
export interface SmsMatch {
  readonly status: 'matched'
  readonly factor: 'sms'
}
