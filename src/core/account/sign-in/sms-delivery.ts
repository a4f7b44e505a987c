import type { SendAnswer, SendRefusal, SendRequest } from '../sms/code.ts'

/** A code by SMS for a challenge: it was queued, or why it was refused. Times are ms since epoch. */
export type SmsDelivery =
  | { readonly status: 'queued'; readonly to: string; readonly resendAt: number; readonly expiresAt: number }
  | {
      readonly status: 'refused'
      readonly to: string
      readonly reason: SendRefusal | 'wait'
      readonly retryAt: number | null
    }

/** What the answer says about a code that was to be sent. */
export function deliveryOf(
  { to: { masked: to } }: SendRequest,
  answer: Exclude<SendAnswer, { status: 'need' }>,
): SmsDelivery {
  if (answer.status === 'refused') return { status: 'refused', to, reason: answer.reason, retryAt: answer.retryAt }
  return { status: 'queued', to, resendAt: answer.resendAt, expiresAt: answer.expiresAt }
}
