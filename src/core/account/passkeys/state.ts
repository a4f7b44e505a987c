import type { DraftEvent } from '../../events/catalogue.ts'

export interface PasskeyState {
  /** base64url of 64 random bytes, made with the first registration [PKR-15]. */
  readonly handle: string | null
  readonly credentials: readonly Passkey[]
  /** Only passkeys open the account. */
  readonly only: boolean
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
  /** False: it opens nothing without a name typed before. Null: nobody said. */
  readonly discoverable: boolean | null
  readonly aaguid: string
  /** ms since epoch, like every time of a state */
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

export const noPasskeys: PasskeyState = { handle: null, credentials: [], only: false }

/** A passkey that signed what it was asked to. */
export interface PasskeyMatch {
  readonly status: 'matched'
  readonly factor: 'passkey'
  /** As it is to be kept from now on. */
  readonly passkey: Passkey
  /** It verified its user, and that may be relied on [PKA-4, PKA-5]. */
  readonly verified: boolean
  readonly events: readonly DraftEvent[]
}
