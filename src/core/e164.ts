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

const e164 = /^\+[1-9]\d{1,14}$/

/**
 * Whether a text is a number in the one form in which numbers are stored and compared: `+`, then 2 to 15 digits, the
 * first of them not 0, and nothing else.
 *
 * @contract pure · outcomes true|false · throws none · ITU-T E.164 §6
 * @example
 * isE164('+36301234567') // true
 */
export function isE164(text: unknown): text is string {
  return typeof text === 'string' && e164.test(text)
}
