import type { Aal, Amr, CodeFactor, Factor, Method, Primary } from '../../factor.ts'
import type { FactorStates } from '../factors/factor-types.ts'

/** Everything that nightlatch knows of an account, each factor under its own name. All times are ms since epoch. */
export interface AccountState extends FactorStates {
  readonly createdAt: number
  /** Raised by every sensitive change: sealed tokens of an older epoch are refused. */
  readonly epoch: number
  /** What the owner wants to be asked for first; null: what the account has decides. */
  readonly preferred: Method | null
  readonly throttle: Throttle
  readonly challenges: readonly ChallengeEntry[]
  readonly spentProofs: readonly SpentProof[]
  readonly spentCeremonies: readonly SpentCeremony[]
  /**
   * The latest end of a challenge, of a proof and of a ceremony that was forgotten. One that ends no later is refused:
   * a server whose clock is ahead forgets too early, and must not make it good again.
   */
  readonly forgotten: { readonly challenges: number; readonly proofs: number; readonly ceremonies: number }
  readonly sessions: readonly Session[]
  readonly knownDevices: readonly KnownDevice[]
  readonly notices: {
    readonly factorFailedAt: number | null
    readonly lockedAt: number | null
  }
  /** When a policy first asked this account to enroll: the start of its grace, never moved. */
  readonly requiredAt: number | null
}

export interface Throttle {
  readonly sources: readonly SourceFailures[]
  /** Evaluated failures in a row over all sources. A lock does not restart it. */
  readonly failures: number
  /** When the lock for unknown devices was last set. */
  readonly lockedAt: number | null
}

/** Wrong codes of one source: a network, or a known device, which has a count of its own. */
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

/** Consecutive failures of each factor that can be guessed. */
export type Charges = Readonly<Record<CodeFactor, number>>

export interface SpentProof {
  readonly id: string
  readonly expiresAt: number
}

/** A challenge that an authenticator has answered. */
export interface SpentCeremony {
  readonly id: string
  readonly expiresAt: number
  /** One that was answered right is never forgotten before its end. */
  readonly right: boolean
  /** It belonged to no account when it was made, so no epoch ends it. */
  readonly passwordless: boolean
}

export interface Session {
  readonly id: string
  /** `enroll`: good only for enrolling a factor. */
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
  readonly userAgent: string | null
  readonly deviceId: string | null
  /** The factor was skipped, because the device was trusted. */
  readonly trusted: boolean
}

export interface KnownDevice {
  readonly id: string
  readonly firstAt: number
  readonly lastAt: number
  /** As the browser described itself last. */
  readonly userAgent: string | null
  readonly trust: DeviceTrust | null
}

/** The owner's word that a device needs no factor at sign-in [SES-10]. */
export interface DeviceTrust {
  /** SHA-256 of the text in the device's token, base64url. */
  readonly digest: string
  readonly epoch: number
  readonly since: number
  readonly lastUsedAt: number
  readonly until: number
}

/** The account with some fields of one factor changed. */
export function withFactor<F extends Factor>(
  state: AccountState,
  factor: F,
  change: Partial<FactorStates[F]>,
): AccountState {
  return { ...state, [factor]: { ...state[factor], ...change } }
}
