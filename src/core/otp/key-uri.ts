import type { OtpAlgorithm } from './arguments.ts'
import {
  refuse,
  requireAlgorithm,
  requireInteger,
  requireOptions,
  requirePeriod,
  requireSecretBytes,
} from './arguments.ts'
import { encodeBase32 } from './base32.ts'
import { hasColon } from './key.ts'
import { otpLimits } from './limits.ts'

export interface KeyUriOptions {
  /** At least 16 bytes, unless `legacy` [HOTP-4]. */
  readonly secret: Uint8Array
  /** The application's name, without a colon. */
  readonly issuer: string
  /** The name of the account as its owner knows it, mostly a mail address. Without a colon. */
  readonly account: string
  readonly type?: 'totp' | 'hotp' | undefined
  readonly algorithm?: OtpAlgorithm | undefined
  /** 6 (default) or 8. The format has no 7 [URI-6]. */
  readonly digits?: number | undefined
  /** For `totp`: seconds, 1–120. Default 30. */
  readonly period?: number | undefined
  /** For `hotp`, which requires it: the next expected counter. */
  readonly counter?: number | undefined
  /** Allows a secret shorter than 16 bytes, to show a key that another system made. */
  readonly legacy?: boolean | undefined
}

/**
 * Makes the text of a QR code that an authenticator app scans. Keep to the defaults: apps silently ignore other values,
 * and `keyWarnings` names them [URI-7]. The text contains the secret. Draw the QR code yourself, and never send, log or
 * cache the text [URI-8].
 *
 * @contract pure · period s, counter integer · the URI · throws NL_ARGUMENT · Key Uri Format
 * @example
 * keyUri({ secret, issuer: 'Acme', account: 'alice@example.com' })
 */
export function keyUri(options: KeyUriOptions): string {
  requireOptions(options)
  const secret = requireSecretBytes(options.secret)
  if (secret.length < otpLimits.secretBytes && options.legacy !== true) {
    refuse(`secret must be at least ${otpLimits.secretBytes} bytes`)
  }
  const issuer = labelPart(options.issuer, 'issuer')
  const account = labelPart(options.account, 'account')
  const type = options.type ?? 'totp'
  if (type !== 'totp' && type !== 'hotp') refuse("type must be 'totp' or 'hotp'")
  const algorithm = requireAlgorithm(options.algorithm)
  const digits = options.digits ?? 6
  if (digits !== 6 && digits !== 8) refuse('digits must be 6 or 8 in a key URI')
  const last =
    type === 'totp'
      ? `period=${requirePeriod(options.period)}`
      : `counter=${requireInteger(options.counter, 'counter', 0, Number.MAX_SAFE_INTEGER)}`
  return (
    `otpauth://${type}/${issuer}:${account}?secret=${encodeBase32(secret)}&issuer=${issuer}` +
    `&algorithm=${algorithm}&digits=${digits}&${last}`
  )
}

/** Encodes UTF-8 with percent signs. A space becomes `%20` and never a plus, which some apps would show [URI-3]. */
function labelPart(text: unknown, title: string): string {
  if (typeof text !== 'string' || text.trim() === '') refuse(`${title} must be a text that is not empty`)
  if (text.length > otpLimits.label) refuse(`${title} must have at most ${otpLimits.label} characters`)
  if (hasColon(text)) refuse(`${title} must not contain a colon`)
  if (/\p{Cc}/u.test(text)) refuse(`${title} must not contain control characters`)
  try {
    return encodeURIComponent(text.trim())
  } catch {
    return refuse(`${title} must be well-formed Unicode`)
  }
}
