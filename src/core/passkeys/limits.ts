/** Caps and defaults of passkeys. No option exceeds a cap. Times are ms, sizes are bytes. */
export interface PasskeyLimits {
  /** How long a browser waits for the authenticator by default: 5 minutes [PKR-17]. */
  readonly timeoutMs: number
  /** The longest wait that can be configured: 10 minutes. */
  readonly longestTimeoutMs: number
  /** The most characters of a response that is given as JSON text. */
  readonly responseText: number
  /** [PKR-11] */
  readonly credentialId: number
  readonly clientData: number
  readonly attestationObject: number
  readonly authenticatorData: number
  readonly signature: number
  readonly userHandle: number
  /** The most transports that are read from a list. */
  readonly transports: number
  /** The most characters of the relying party's name. Authenticators cut it at 64 bytes. */
  readonly relyingPartyName: number
}

export const passkeyLimits: PasskeyLimits = /* @__PURE__ */ Object.freeze({
  timeoutMs: 300_000,
  longestTimeoutMs: 600_000,
  responseText: 65_536,
  credentialId: 1023,
  clientData: 4096,
  attestationObject: 16_384,
  authenticatorData: 4096,
  signature: 2048,
  userHandle: 64,
  transports: 8,
  relyingPartyName: 64,
})
