import { otpLimits } from './limits.ts'

const skipped = -1
const foreign = -2

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
  if (typeof text !== 'string' || text.length > otpLimits.codeText) return null
  let digits = ''
  for (let i = 0; i < text.length; i++) {
    const digit = digitOf(text.charCodeAt(i))
    if (digit === foreign) return null
    if (digit !== skipped) digits += digit
  }
  return digits
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

function digitOf(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30
  if (unit === 0x20 || unit === 0x2d) return skipped
  if (unit >= 0xff10 && unit <= 0xff19) return unit - 0xff10
  return isDecoration(unit) ? skipped : foreign
}

function isDecoration(unit: number): boolean {
  return (
    unit === 0x09 ||
    unit === 0x0a ||
    unit === 0x0d ||
    unit === 0xa0 ||
    (unit >= 0x2000 && unit <= 0x200b) ||
    (unit >= 0x2010 && unit <= 0x2015) ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x2212 ||
    unit === 0x3000 ||
    unit === 0xfeff ||
    unit === 0xff0d
  )
}
