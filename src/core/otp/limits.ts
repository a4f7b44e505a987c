import { longestCode } from '../digits.ts'

/** Caps and defaults of one-time passwords. No option exceeds a cap. */
export interface OtpLimits {
  /** The most steps of a window in either direction [TOTP-7]. */
  readonly window: number
  /** The most steps between the clock and a learned drift or a resynchronization [TOTP-8]. */
  readonly drift: number
  /** The most counters that an HOTP check looks ahead [HOTP-9]. */
  readonly lookAhead: number
  /** The most characters of a typed code, with spaces and dashes [TOTP-14]. */
  readonly codeText: number
  /** The longest period, in seconds, for which codes are verified and key URIs accepted [TOTP-10]. */
  readonly periodSeconds: number
  /** The fewest bytes of a secret in a key URI [HOTP-4]. */
  readonly secretBytes: number
  /** The most characters of an issuer or account name in a key URI. */
  readonly label: number
  /** The most characters of a key URI. */
  readonly keyUri: number
  /** The most characters of a migration URI. Ten accounts fill one QR code, which has fewer than 4,300 characters. */
  readonly migrationUri: number
}

export const otpLimits: OtpLimits = /* @__PURE__ */ Object.freeze({
  window: 10,
  drift: 120,
  lookAhead: 20,
  codeText: longestCode,
  periodSeconds: 120,
  secretBytes: 16,
  label: 128,
  keyUri: 4096,
  migrationUri: 8192,
})
