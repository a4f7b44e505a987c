export interface Sms {
  /** E.164 */
  readonly to: string
  readonly text: string
  /** Stable over retries of one message, so that a sender may drop a repeat. */
  readonly dedupeKey: string
  /** BCP 47 */
  readonly language: string
}

/**
 * Hands one message to the host's gateway. Resolves when it was accepted; rejects when it was not.
 */
export interface SmsSender {
  send(sms: Sms): Promise<void>
}

/** `unknown`: no published range of the country has the number. */
export type NumberType =
  | 'mobile'
  | 'fixed-line'
  | 'fixed-line-or-mobile'
  | 'voip'
  | 'premium-rate'
  | 'toll-free'
  | 'shared-cost'
  | 'personal'
  | 'pager'
  | 'company'
  | 'voicemail'
  | 'unknown'
