import { argumentError } from '../../../core/arguments.ts'
import { looksLikeBackupCode } from '../../../core/backup-codes/text.ts'
import { longestCode } from '../../../core/digits.ts'
import { limits } from '../../../core/limits.ts'
import { cleanText } from '../../../core/text.ts'

/** What a form sends as a code: anything but text is no code. */
export function codeInput(code: unknown): string {
  return typeof code === 'string' && code.length <= longestCode ? code : ''
}

/** A text of the shape that backup codes have by default. They have so many bits that nobody guesses one [BC-7]. */
export function isStrongCode(code: string): boolean {
  return looksLikeBackupCode(code, 'crockford-13')
}

/** What a form sends as an id: anything but text names nothing. */
export function idInput(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The name that a person gives an authenticator. */
export function labelInput(label: unknown, unnamed: string): string {
  if (label !== undefined && typeof label !== 'string') throw argumentError('label', 'a string')
  return cleanName(label ?? '', limits.labelLength) || unnamed
}

/** A name as pages and authenticators may show it. Empty if it shows nothing. */
export function cleanName(text: string, maxLength: number): string {
  // What is removed may have stood before a space.
  return cleanText(text.trim(), maxLength).trim()
}
