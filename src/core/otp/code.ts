import { plainDigits } from '../digits.ts'

/**
 * Converts a typed code to plain ASCII digits. It drops every space, every dash, and every character that shows
 * nothing. Digits of any script become ASCII digits. Any other character gives `null`, and so do more than 128
 * characters [TOTP-14].
 *
 * @contract pure · string|null · throws none
 * @example
 * normalizeCode('123 456') // '123456'
 */
export function normalizeCode(text: unknown): string | null {
  return plainDigits(text)
}

/** The number of a typed code. It gives -1 unless the text has exactly `digits` digits. */
export function codeValue(text: unknown, digits: number): number {
  const plain = plainDigits(text)
  return plain?.length === digits ? Number(plain) : -1
}

/** The code of a truncated HMAC. Zeros on the left are kept (RFC 4226 §5.3) [HOTP-3]. */
export function codeText(truncated: number, digits: number): string {
  return String(truncated % 10 ** digits).padStart(digits, '0')
}

/** Gives 1 for equal codes and 0 for others, without a branch. Codes are below 2^27. */
export function sameCode(a: number, b: number): number {
  return (((a ^ b) - 1) >>> 31) & 1
}
