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

/**
 * What a verifier found in a registration; null if it is not of the form that its port says. The verifier may be the
 * host's own.
 */
export function readRegistrationFacts(value: unknown): RegistrationFacts | null {
  const shown = readAssertionFacts(value)
  if (shown === null) return null
  const { id, publicKey, algorithm, aaguid, attestation, transports } = value as Unread<RegistrationFacts>
  if (!isText(id) || !isText(publicKey) || !isText(aaguid) || !isText(attestation)) return null
  if (!Number.isSafeInteger(algorithm) || !Array.isArray(transports) || !transports.every(isText)) return null
  return { ...shown, id, publicKey, algorithm: algorithm as number, aaguid, attestation, transports }
}

/** What a verifier found in an assertion; null if it is not of the form that its port says. */
export function readAssertionFacts(value: unknown): AssertionFacts | null {
  if (typeof value !== 'object' || value === null) return null
  const { counter, userVerified, backupEligible, backedUp } = value as Unread<AssertionFacts>
  if (typeof counter !== 'number' || !Number.isSafeInteger(counter) || counter < 0) return null
  if (!isFlag(userVerified) || !isFlag(backupEligible) || !isFlag(backedUp)) return null
  return { counter, userVerified, backupEligible, backedUp }
}

type Unread<Facts> = { readonly [Name in keyof Facts]?: unknown }

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean'
}
