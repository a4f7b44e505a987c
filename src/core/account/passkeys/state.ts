import type { DraftEvent } from '../../events/catalogue.ts'

export interface PasskeyState {
  /** base64url of 64 random bytes, made with the first registration [PKR-15]. */
  readonly handle: string | null
  readonly credentials: readonly Passkey[]
  /** Only passkeys open the account. */
  readonly only: boolean
  /** How many answers to a registration were wrong. A ceremony of an earlier round is void. */
  readonly round: number
}

export interface Passkey {
  /** Credential id, base64url. */
  readonly id: string
  readonly label: string
  /** COSE key, base64url */
  readonly publicKey: string
  readonly algorithm: number
  readonly counter: number
  readonly transports: readonly string[]
  readonly backupEligible: boolean
  readonly backedUp: boolean
  readonly uvInitialized: boolean
  /** False: it can be found only by a name. Null: unknown. */
  readonly discoverable: boolean | null
  readonly aaguid: string
  /** ms since epoch, like every time of a state */
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

export const noPasskeys: PasskeyState = { handle: null, credentials: [], only: false, round: 0 }

/** A passkey that signed its challenge. */
export interface PasskeyMatch {
  readonly status: 'matched'
  readonly factor: 'passkey'
  /** The passkey to store from now on. */
  readonly passkey: Passkey
  /** It verified its user, and this counts as a factor [PKA-4, PKA-5]. */
  readonly verified: boolean
  readonly events: readonly DraftEvent[]
}
