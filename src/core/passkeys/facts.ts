/** The facts of a verified registration. A record keeps them for the passkey [PKR-13]. */
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
  /** The model of the authenticator, a UUID in lower case. All zeros if it does not say. It is not verified. */
  readonly aaguid: string
  readonly transports: readonly string[]
  /** The format of the attestation statement. Its certificates are not checked, so it proves nothing. */
  readonly attestation: string
}

/** The facts of a verified assertion. */
export interface AssertionFacts {
  readonly counter: number
  readonly userVerified: boolean
  readonly backupEligible: boolean
  readonly backedUp: boolean
}

/**
 * Reads a verifier's answer for a registration. It gives null for an answer of another form, because the verifier may
 * be the host's own.
 */
export function readRegistrationFacts(value: unknown): RegistrationFacts | null {
  const shown = readAssertionFacts(value)
  if (shown === null) return null
  const { id, publicKey, algorithm, aaguid, attestation, transports } = value as Unread<RegistrationFacts>
  if (!isText(id) || !isText(publicKey) || !isText(aaguid) || !isText(attestation)) return null
  if (typeof algorithm !== 'number' || !Number.isSafeInteger(algorithm) || !Array.isArray(transports)) return null
  // A copy has no holes, and the host cannot change it.
  const listed: readonly unknown[] = Array.from(transports)
  return listed.every(isText) ? { ...shown, id, publicKey, algorithm, aaguid, attestation, transports: listed } : null
}

/** Reads a verifier's answer for an assertion. It gives null for an answer of another form. */
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
