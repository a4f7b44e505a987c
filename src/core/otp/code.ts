import { digitOf, foreign, plainDigits, skipped } from '../digits.ts'
import { otpLimits } from './limits.ts'

/**
 * Converts a typed code to plain ASCII digits. It drops spaces (also tabs, line ends, no-break, thin, ideographic and
 * zero-width spaces), hyphens and dashes. Full-width digits become ASCII digits. Any other character gives `null`, also
 * a digit of another script. More than 32 characters give `null` too [TOTP-14].
 *
 * @contract pure · string|null · throws none
 * @example
 * normalizeCode('123 456') // '123456'
 */
export function normalizeCode(text: unknown): string | null {
  return plainDigits(text, otpLimits.codeText)
}

/** The number of a typed code. It gives -1 unless the text has exactly `digits` digits. */
export function codeValue(text: unknown, digits: number): number {
  if (typeof text !== 'string' || text.length > otpLimits.codeText) return -1
  let value = 0
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const digit = digitOf(text.charCodeAt(i))
    if (digit === foreign) return -1
    if (digit === skipped) continue
    if (++count > digits) return -1
    value = value * 10 + digit
  }
  return count === digits ? value : -1
}

/** The code of a truncated HMAC. Zeros on the left are kept (RFC 4226 §5.3) [HOTP-3]. */
export function codeText(truncated: number, digits: number): string {
  return String(truncated % 10 ** digits).padStart(digits, '0')
}

/** Gives 1 for equal codes and 0 for others, without a branch. Codes are below 2^27. */
export function sameCode(a: number, b: number): number {
  return (((a ^ b) - 1) >>> 31) & 1
}
