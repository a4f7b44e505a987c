import type { OtpAlgorithm } from './arguments.ts'
import { requireOptions } from './arguments.ts'

/**
 * What makes a key less portable or less safe, each a literal for the caller to show or log [URI-7]:
 * `algorithm`, `digits`, `period`: some authenticator apps silently ignore the value and show wrong codes, so never skip
 * the confirming code; `short-secret`: under 128 bits; `issuer-mismatch`: label and parameter name different issuers.
 */
export type KeyWarning = 'algorithm' | 'digits' | 'period' | 'short-secret' | 'issuer-mismatch'

export interface OtpKeyBase {
  /** Who issued the key; absent when the URI does not say. */
  readonly issuer?: string
  readonly account: string
  readonly secret: Uint8Array
  readonly algorithm: OtpAlgorithm
  readonly digits: number
  readonly warnings: readonly KeyWarning[]
}

export interface TotpKey extends OtpKeyBase {
  readonly type: 'totp'
  /** Seconds. */
  readonly period: number
}

export interface HotpKey extends OtpKeyBase {
  readonly type: 'hotp'
  /** The next counter expected. */
  readonly counter: number
}

/** A key as read from an URI. It holds the secret itself: never log it. */
export type OtpKey = TotpKey | HotpKey

/**
 * Which parameters of a key authenticator apps are known to ignore without a word. None for the defaults.
 *
 * @contract pure · period s · the warnings, in a fixed order · throws NL_ARGUMENT
 */
export function keyWarnings(key: {
  readonly algorithm?: OtpAlgorithm | undefined
  readonly digits?: number | undefined
  readonly period?: number | undefined
}): KeyWarning[] {
  requireOptions(key)
  const warnings: KeyWarning[] = []
  if ((key.algorithm ?? 'SHA1') !== 'SHA1') warnings.push('algorithm')
  if ((key.digits ?? 6) !== 6) warnings.push('digits')
  if ((key.period ?? 30) !== 30) warnings.push('period')
  return warnings
}

/** An issuer and an account stand on both sides of a colon, so neither may hold one, not even encoded [URI-2]. */
export function holdsColon(text: string): boolean {
  return /:|%3a/i.test(text)
}
