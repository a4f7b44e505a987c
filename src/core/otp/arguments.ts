import { isBytes } from '../bytes.ts'
import { NightlatchError } from '../errors.ts'
import { otpLimits } from './limits.ts'

/** The hash of the HMAC, spelled as in a key URI. */
export type OtpAlgorithm = 'SHA1' | 'SHA256' | 'SHA512'

export function requireOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) refuse('options must be an object')
}

export function requireInteger(value: unknown, title: string, least: number, most: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    refuse(`${title} must be an integer from ${least} to ${most}`)
  }
  return value as number
}

export function requireDigits(digits: unknown): number {
  return digits === undefined ? 6 : requireInteger(digits, 'digits', 6, 8)
}

export function requirePeriod(period: unknown, most: number = otpLimits.periodSeconds): number {
  return period === undefined ? 30 : requireInteger(period, 'period', 1, most)
}

export function requireAlgorithm(algorithm: unknown): OtpAlgorithm {
  if (algorithm === undefined) return 'SHA1'
  if (algorithm !== 'SHA1' && algorithm !== 'SHA256' && algorithm !== 'SHA512') {
    refuse("algorithm must be 'SHA1', 'SHA256' or 'SHA512'")
  }
  return algorithm
}

export function requireSecretBytes(secret: unknown): Uint8Array {
  if (!isBytes(secret) || secret.length === 0) refuse('secret must be a Uint8Array of at least one byte')
  return secret
}

export function refuse(message: string): never {
  throw new NightlatchError('NL_ARGUMENT', message)
}
