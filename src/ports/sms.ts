import type { SmsPurpose } from '../core/sms/index.ts'

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
 * Hands one message to the host's gateway. Resolves when it was accepted; rejects when it was not, and the outbox tries
 * again until the code expires.
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

export interface SmsRiskRequest {
  readonly accountId: string
  /** ISO 3166-1 alpha-2 */
  readonly country: string
  readonly numberType: NumberType
  readonly client: { readonly ip: string | null; readonly network: string | null }
  readonly purpose: SmsPurpose
}

/** The host's last word before a message: a swapped SIM, a ported number, a kind of number it does not serve [SMS-3]. */
export type SmsRisk = (request: SmsRiskRequest) => 'allow' | 'deny' | Promise<'allow' | 'deny'>
