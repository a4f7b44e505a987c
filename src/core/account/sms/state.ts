import type { Secret } from '../../secret.ts'
import type { SmsPurpose, SmsSends } from '../../sms/index.ts'
import { noSmsSends } from '../../sms/sends.ts'

export interface SmsState {
  readonly number: SmsNumber | null
  readonly enrollment: SmsEnrollment | null
  /** The one live code of the account: a new one takes its place [SMS-6]. */
  readonly code: SmsCode | null
  readonly failures: number
  /** Messages sent for the owner (a known device or a session), and for anybody else with the password. */
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
  /** What kind of number its plan says it is. */
  readonly type: string
  /** ms since epoch, like every time of a state */
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

export interface SmsEnrollment extends Omit<SmsNumber, 'createdAt' | 'lastUsedAt'> {
  readonly startedAt: number
  readonly session: string | null
  readonly failures: number
  readonly switching: boolean
}

export interface SmsCode {
  readonly purpose: SmsPurpose
  /** What it answers: the id of a challenge, of a session or of an enrollment [SMS-7]. */
  readonly request: string
  /** The id of the number that it was sent to. */
  readonly number: string
  /** A key of 32 bytes and the digest made under it. */
  readonly digest: Secret
  readonly sentAt: number
  readonly expiresAt: number
  /** Asked for by the owner: nobody else's request takes its place while it lives. */
  readonly own: boolean
}

export const noSms: SmsState = {
  number: null,
  enrollment: null,
  code: null,
  failures: 0,
  sends: { own: noSmsSends, others: noSmsSends },
}

/** A code by SMS that is right. */
export interface SmsMatch {
  readonly status: 'matched'
  readonly factor: 'sms'
}
