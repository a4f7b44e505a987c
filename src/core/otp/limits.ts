/** Hard caps and defaults of one-time passwords. The caps cannot be configured away. */
export interface OtpLimits {
  /** Most steps that a window may reach either way [TOTP-7]. */
  readonly window: number
  /** Most steps that a learned drift, or a resynchronization, may lie from the clock [TOTP-8]. */
  readonly drift: number
  /** Most counters that an HOTP check may look ahead [HOTP-9]. */
  readonly lookAhead: number
  /** Most characters of a typed code, decoration included, that are looked at [TOTP-14]. */
  readonly codeText: number
  /** Longest period in seconds under which a code is verified or a key URI accepted [TOTP-10]. */
  readonly periodSeconds: number
  /** Fewest bytes of a secret in a key URI [HOTP-4]. */
  readonly secretBytes: number
  /** Most characters of an issuer or account name in a key URI. */
  readonly label: number
  /** Most characters of a key URI. */
  readonly keyUri: number
  /** Most characters of a migration URI: ten accounts fill one QR code, and a code holds fewer than 4,300. */
  readonly migrationUri: number
}

export const otpLimits: OtpLimits = /* @__PURE__ */ Object.freeze({
  window: 10,
  drift: 120,
  lookAhead: 20,
  codeText: 32,
  periodSeconds: 120,
  secretBytes: 16,
  label: 128,
  keyUri: 4096,
  migrationUri: 8192,
})
