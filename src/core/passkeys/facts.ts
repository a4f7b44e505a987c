/** What a verified registration showed, and what a record keeps of a passkey [PKR-13]. */
export interface RegistrationFacts {
  /** The credential's id, base64url. */
  readonly id: string
  /** The COSE key as the authenticator wrote it, base64url. */
  readonly publicKey: string
  /** COSE: −8, −7 or −257. */
  readonly algorithm: number
  readonly counter: number
  readonly userVerified: boolean
  readonly backupEligible: boolean
  readonly backedUp: boolean
  /** The model of the authenticator, a UUID in lower case; all zeros when it does not say. Nobody vouches for it. */
  readonly aaguid: string
  readonly transports: readonly string[]
  /** The format of the attestation statement. What certificates it has are not followed: it vouches for nothing. */
  readonly attestation: string
}

/** What a verified assertion showed. */
export interface AssertionFacts {
  readonly counter: number
  readonly userVerified: boolean
  readonly backupEligible: boolean
  readonly backedUp: boolean
}
