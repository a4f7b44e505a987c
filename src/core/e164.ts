/** The kind of a number. `unknown`: no published range of the country has the number. */
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
 * Tells whether a text is a phone number in E.164 form: `+`, then 2 to 15 digits, of which the first is not 0. Numbers
 * are stored and compared in this form only.
 *
 * @contract pure · true|false · throws none · ITU-T E.164 §6
 * @example
 * isE164('+36301234567') // true
 */
export function isE164(text: unknown): text is string {
  return typeof text === 'string' && e164.test(text)
}
