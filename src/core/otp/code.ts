import { digitOf, foreign, plainDigits, skipped } from '../digits.ts'
import { otpLimits } from './limits.ts'

/**
 * What a person typed, as plain ASCII digits, or `null` when it cannot be a code. Spaces (tab, line ends, no-break, thin,
 * ideographic and zero-width ones too), hyphens and dashes are dropped, full-width digits become ASCII ones; digits of
 * any other script, letters and everything else make it `null`, as do more than 32 characters [TOTP-14].
 *
 * @contract pure · string|null · throws none
 * @example
 * normalizeCode('123 456') // '123456'
 */
export function normalizeCode(text: unknown): string | null {
  return plainDigits(text, otpLimits.codeText)
}

/** The number that a typed code stands for, or -1 when it does not have exactly `digits` digits. */
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

/** The code of a truncated HMAC, its zeros on the left kept (RFC 4226 §5.3) [HOTP-3]. */
export function codeText(truncated: number, digits: number): string {
  return String(truncated % 10 ** digits).padStart(digits, '0')
}

/** 1 when both codes are equal and 0 otherwise, without a branch. Codes are below 2^27. */
export function sameCode(a: number, b: number): number {
  return (((a ^ b) - 1) >>> 31) & 1
}
