import type { SendAnswer, SendRefusal } from '../factors/sent-code.ts'

/** A code that was to be sent for a challenge: it was queued, or why it was refused. Times are ms since epoch. */
export type CodeDelivery =
  | { readonly status: 'queued'; readonly to: string; readonly resendAt: number; readonly expiresAt: number }
  | {
      readonly status: 'refused'
      readonly to: string
      readonly reason: SendRefusal | 'wait'
      readonly retryAt: number | null
    }

export function deliveryOf(answer: Exclude<SendAnswer, { status: 'need' }>): CodeDelivery {
  const { to } = answer
  if (answer.status === 'refused') return { status: 'refused', to, reason: answer.reason, retryAt: answer.retryAt }
  return { status: 'queued', to, resendAt: answer.resendAt, expiresAt: answer.expiresAt }
}
