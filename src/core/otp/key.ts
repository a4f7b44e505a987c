import type { OtpAlgorithm } from './arguments.ts'
import { requireOptions } from './arguments.ts'

/**
 * Why a key works in fewer apps or is less safe [URI-7]. `algorithm`, `digits`, `period`: some authenticator apps
 * silently ignore the value and show wrong codes, so never skip the confirming code. `short-secret`: less than 128
 * bits. `cut-secret`: the base32 of the secret had bits after its last byte, and they were dropped. `issuer-mismatch`:
 * the label and the parameter name different issuers. `ignored-parameter`: the URI has parameters that were not read,
 * and apps that read them may show other codes.
 */
export type KeyWarning =
  'algorithm' | 'digits' | 'period' | 'short-secret' | 'cut-secret' | 'issuer-mismatch' | 'ignored-parameter'

export interface OtpKeyBase {
  /** Who issued the key. Absent if the URI does not name it. */
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
  /** The next expected counter. */
  readonly counter: number
}

/** A key that was read from a URI. It contains the secret, so never log it. */
export type OtpKey = TotpKey | HotpKey

/**
 * Names the parameters that some authenticator apps silently ignore. For the defaults there are none.
 *
 * @contract pure · period s · the warnings, in a fixed order · throws NL_ARGUMENT
 * @example
 * keyWarnings({ digits: 8, period: 30 }) // ['digits']
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

/** A colon separates issuer and account, so neither may contain one, not even encoded [URI-2]. */
export function hasColon(text: string): boolean {
  return /:|%3a/i.test(text)
}
