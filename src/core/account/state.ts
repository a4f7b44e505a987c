import type { BackupCodeProfile, SlowHashParams } from '../backup-codes/index.ts'
import type { OtpAlgorithm } from '../otp/index.ts'
import type { Secret } from '../secret.ts'
import type { Aal, Amr, Factor, Primary } from './factor.ts'

/** Everything that nightlatch knows of an account. All times are ms since epoch. */
export interface AccountState {
  readonly createdAt: number
  /** Raised by every sensitive change: sealed tokens of an older epoch are refused. */
  readonly epoch: number
  readonly totp: {
    readonly devices: readonly TotpDevice[]
    readonly enrollment: TotpEnrollment | null
    /** Consecutive failures of TOTP as a whole. */
    readonly failures: number
  }
  readonly backupCodes: {
    readonly set: BackupCodeSet | null
    readonly failures: number
  }
  readonly throttle: Throttle
  readonly challenges: readonly ChallengeEntry[]
  readonly spentProofs: readonly SpentProof[]
  /**
   * The latest end of a challenge and of a proof that was forgotten as over. One that ends no later is refused: a server
   * whose clock is ahead must not bring it back by forgetting it too early.
   */
  readonly forgotten: { readonly challenges: number; readonly proofs: number }
  readonly sessions: readonly Session[]
  readonly knownDevices: readonly KnownDevice[]
  readonly notices: {
    readonly factorFailedAt: number | null
    readonly lockedAt: number | null
  }
  /** When a policy first asked this account to enroll: the clock of its grace, never restarted. */
  readonly requiredAt: number | null
}

export interface TotpDevice {
  readonly id: string
  readonly label: string
  readonly secret: Secret
  readonly algorithm: OtpAlgorithm
  readonly digits: number
  /** seconds */
  readonly period: number
  readonly createdAt: number
  readonly lastUsedAt: number | null
  /** The last accepted step: it and everything before it is never accepted again [TOTP-6]. */
  readonly lastStep: number
  /** Learned clock difference, in steps. */
  readonly drift: number
}

export interface TotpEnrollment {
  readonly id: string
  readonly label: string
  readonly secret: Secret
  readonly algorithm: OtpAlgorithm
  readonly digits: number
  readonly period: number
  readonly startedAt: number
  /** Only the session that began may confirm; null when a script began. */
  readonly session: string | null
  readonly failures: number
}

export interface BackupCodeSet {
  readonly profile: BackupCodeProfile
  readonly params: SlowHashParams
  /** base64url */
  readonly salt: string
  readonly createdAt: number
  readonly codes: readonly BackupCode[]
}

export interface BackupCode {
  readonly id: string
  readonly digest: Secret
  readonly usedAt: number | null
}

export interface Throttle {
  readonly places: readonly Place[]
  /** Evaluated failures in a row over all places. Not restarted by a lock. */
  readonly failures: number
  /** When the lock for unknown devices was last set. */
  readonly lockedAt: number | null
}

/** Where wrong codes came from: a network, or a known device, which has a count of its own. */
export interface Place {
  readonly id: string
  readonly failures: number
  readonly failedAt: number
}

/** A challenge enters the record with its first failure, or when it is consumed. */
export interface ChallengeEntry {
  readonly id: string
  readonly expiresAt: number
  readonly place: string
  readonly failures: number
  /** What its failures charged to each factor's hard count: taken back by a success. */
  readonly charged: { readonly totp: number; readonly backupCodes: number }
  readonly consumed: boolean
}

export interface SpentProof {
  readonly id: string
  readonly expiresAt: number
}

export interface Session {
  readonly id: string
  /** `enroll`: good only for enrolling a factor. */
  readonly kind: 'full' | 'enroll'
  readonly createdAt: number
  readonly primary: Primary
  readonly primaryAt: number
  readonly factor: Factor | null
  readonly aal: Aal
  readonly amr: readonly Amr[]
  readonly ip: string | null
  readonly userAgent: string | null
  readonly deviceId: string | null
}

export interface KnownDevice {
  readonly id: string
  readonly firstAt: number
  readonly lastAt: number
}

export function emptyAccount(now: number): AccountState {
  return {
    createdAt: now,
    epoch: 1,
    totp: { devices: [], enrollment: null, failures: 0 },
    backupCodes: { set: null, failures: 0 },
    throttle: { places: [], failures: 0, lockedAt: null },
    challenges: [],
    spentProofs: [],
    forgotten: { challenges: 0, proofs: 0 },
    sessions: [],
    knownDevices: [],
    notices: { factorFailedAt: null, lockedAt: null },
    requiredAt: null,
  }
}
