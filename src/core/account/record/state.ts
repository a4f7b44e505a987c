import type { Aal, Amr, CodeFactor, Factor, Method, Primary } from '../../factor.ts'
import type { FactorStates } from '../factors/factor-types.ts'

/** The record of an account, with each factor under its own name. All times are ms since epoch. */
export interface AccountState extends FactorStates {
  readonly createdAt: number
  /** Every sensitive change raises it. Sealed tokens of an older epoch are refused. */
  readonly epoch: number
  /** The factor that the owner wants to be asked for first. Null if the owner chose none. */
  readonly preferred: Method | null
  readonly throttle: Throttle
  readonly challenges: readonly ChallengeEntry[]
  readonly spentProofs: readonly SpentProof[]
  readonly spentCeremonies: readonly SpentCeremony[]
  /**
   * The latest end of a spent challenge, proof and ceremony whose entry was removed. A token that ends no later is
   * refused. A server whose clock is ahead removes entries too early, and their tokens must not become good again.
   */
  readonly forgotten: { readonly challenges: number; readonly proofs: number; readonly ceremonies: number }
  readonly sessions: readonly Session[]
  readonly knownDevices: readonly KnownDevice[]
  readonly notices: {
    readonly factorFailedAt: number | null
    readonly lockedAt: number | null
    readonly luckAt: number | null
  }
  /** When the account's grace under a policy began. */
  readonly requiredAt: number | null
}

export interface Throttle {
  readonly sources: readonly SourceFailures[]
  /** Evaluated failures since the sign-in before, for the history. */
  readonly failures: number
  /** Failures of unknown sources in a row, which lock. A lock does not restart them. */
  readonly row: number
  /** When the lock for unknown sources was last set. */
  readonly lockedAt: number | null
  /** When the bucket of all unknown sources was empty, and that of sessions whose device is not listed. Null: full. */
  readonly luck: { readonly unknown: number | null; readonly sessions: number | null }
  /** Since when wrong codes show that somebody else knows the password. Null: they do not, or it was changed. */
  readonly passwordKnownAt: number | null
}

/** Wrong codes from one source: a network, a known device or a session. */
export interface SourceFailures {
  readonly id: string
  readonly failures: number
  readonly failedAt: number
}

/** A challenge enters the record with its first failure, or when it is consumed. */
export interface ChallengeEntry {
  readonly id: string
  readonly expiresAt: number
  readonly source: string
  readonly failures: number
  /** What its failures charged to each factor's hard count. A success takes it back. */
  readonly charged: Charges
  readonly consumed: boolean
}

/** What was charged to the hard count of each factor that can be guessed. */
export type Charges = Readonly<Record<CodeFactor, readonly [failures: number, strangers: number]>>

export interface SpentProof {
  readonly id: string
  readonly expiresAt: number
}

/** A ceremony whose challenge was answered. */
export interface SpentCeremony {
  readonly id: string
  readonly expiresAt: number
  /** The answer was right. Such an entry stays until the end of the ceremony. */
  readonly right: boolean
  /** It belonged to no account when it was made, so no epoch ends it. */
  readonly passwordless: boolean
}

export interface Session {
  readonly id: string
  /** `enroll`: it can only enroll a factor. */
  readonly kind: 'full' | 'enroll'
  /** For `enroll`: one of these must be enrolled. */
  readonly needs: readonly Method[]
  readonly createdAt: number
  readonly primary: Primary
  readonly primaryAt: number
  readonly factor: Factor | null
  readonly aal: Aal
  readonly amr: readonly Amr[]
  readonly ip: string | null
  /** Only of a session without a device. A device is listed with its own. */
  readonly userAgent: string | null
  readonly deviceId: string | null
  /** No factor was needed, because the device was trusted. */
  readonly trusted: boolean
}

export interface KnownDevice {
  readonly id: string
  readonly firstAt: number
  readonly lastAt: number
  /** As the browser described itself last. */
  readonly userAgent: string | null
  /** When its bucket of luck was empty. Null: it is full. */
  readonly emptiedAt: number | null
  readonly trust: DeviceTrust | null
}

/** The owner's decision that a device needs no factor at sign-in [SES-10]. */
export interface DeviceTrust {
  /** SHA-256 of the text in the device's token, base64url. */
  readonly digest: string
  readonly epoch: number
  readonly since: number
  readonly lastUsedAt: number
  readonly until: number
}

/** Changes some fields of one factor. */
export function withFactor<F extends Factor>(
  state: AccountState,
  factor: F,
  change: Partial<FactorStates[F]>,
): AccountState {
  return { ...state, [factor]: { ...state[factor], ...change } }
}
