import type { AccountState } from '../record/state.ts'

/** What a security page shows of a number. Times are ms since epoch. */
export interface SmsNumberView {
  /** Masked. */
  readonly number: string
  /** ISO 3166-1 alpha-2 */
  readonly country: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

export function viewSmsNumber({ sms: { number } }: AccountState): SmsNumberView | null {
  if (number === null) return null
  const { masked, country, createdAt, lastUsedAt } = number
  return { number: masked, country, createdAt, lastUsedAt }
}
