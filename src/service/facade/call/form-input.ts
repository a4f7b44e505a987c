import { looksLikeBackupCode } from '../../../core/backup-codes/text.ts'
import { longestCode } from '../../../core/digits.ts'
import type { Factor } from '../../../core/factor.ts'
import { factors } from '../../../core/factor.ts'
import type { StepUpPurpose } from '../../../core/flow.ts'
import { stepUpPurposes } from '../../../core/flow.ts'
import { limits } from '../../../core/limits.ts'
import { cleanText } from '../../../core/text.ts'

// A form can send any field twice, as an object, or not at all. One rule holds for all of them: what is not a text of
// the kind that the field takes is read as an empty one.

/** An empty code is malformed. */
export function codeInput(code: unknown): string {
  return typeof code === 'string' && code.length <= longestCode ? code : ''
}

/** A text of the shape that backup codes have by default. They have so many bits that nobody guesses one [BC-7]. */
export function isStrongCode(code: string): boolean {
  return looksLikeBackupCode(code, 'crockford-13')
}

/** An empty id names nothing. */
export function idInput(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The name that a person gives an authenticator. An empty one is called what its kind is called. */
export function labelInput(label: unknown, unnamed: string): string {
  return cleanName(typeof label === 'string' ? label : '', limits.labelLength) || unnamed
}

/** A name as pages and authenticators may show it. Empty if it shows nothing. */
export function cleanName(text: string, maxLength: number): string {
  // What is removed may have stood before a space.
  return cleanText(text.trim(), maxLength).trim()
}

/** Null: none is named, and the shape of the code decides. */
export function factorInput(value: unknown): Factor | null {
  return factors.find((factor) => factor === value) ?? null
}

/** Null: nothing that a proof is for. */
export function purposeInput(value: unknown): StepUpPurpose | null {
  return stepUpPurposes.find((purpose) => purpose === value) ?? null
}
