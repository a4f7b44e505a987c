/** Hard caps and defaults of passkeys. None of them can be configured away. Times are ms, sizes are bytes. */
export interface PasskeyLimits {
  /** How long a browser waits for the authenticator unless configured otherwise: 5 minutes [PKR-17]. */
  readonly timeoutMs: number
  /** The longest that can be configured: 10 minutes. */
  readonly longestTimeoutMs: number
  /** Most characters of a response that comes as JSON text. */
  readonly responseText: number
  /** [PKR-11] */
  readonly credentialId: number
  readonly clientData: number
  readonly attestationObject: number
  readonly authenticatorData: number
  readonly signature: number
  readonly userHandle: number
  /** Most entries of a list of transports that are looked at. */
  readonly transports: number
  /** Most characters of the relying party's name, which authenticators cut at 64 bytes. */
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
