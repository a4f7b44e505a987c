import type { OtpAlgorithm } from '../../otp/index.ts'
import type { Secret } from '../../secret.ts'
import type { HardCount } from '../record/hard-count.ts'
import { noFailures } from '../record/hard-count.ts'

/** Its count is that of all authenticators together. */
export interface TotpState extends HardCount {
  readonly authenticators: readonly TotpAuthenticator[]
  readonly enrollment: TotpEnrollment | null
}

export interface TotpAuthenticator {
  readonly id: string
  readonly label: string
  readonly secret: Secret
  readonly algorithm: OtpAlgorithm
  readonly digits: number
  /** seconds */
  readonly period: number
  /** ms since epoch, like every time of a state */
  readonly createdAt: number
  readonly lastUsedAt: number | null
  /** The last accepted step. It and all steps before it are not accepted again [TOTP-6]. */
  readonly lastStep: number
  /** Where its last code was used. */
  readonly usedFrom: PlaceOfUse
  /** Learned clock difference, in steps. */
  readonly drift: number
}

export interface PlaceOfUse {
  /** The id of the known device. */
  readonly device: string | null
  readonly network: string | null
  /** The owner was told that somebody else typed the same code. */
  readonly told: boolean
}

type NewAuthenticator = Omit<TotpAuthenticator, 'createdAt' | 'lastUsedAt' | 'lastStep' | 'usedFrom' | 'drift'>

export interface TotpEnrollment extends NewAuthenticator {
  readonly startedAt: number
  /** Only the session that began may confirm. Null if a script began. */
  readonly session: string | null
  readonly failures: number
  /** Confirming it removes every other method in the same commit. */
  readonly switching: boolean
}

export const noTotp: TotpState = { authenticators: [], enrollment: null, ...noFailures }

/** A right code of an authenticator. */
export interface TotpMatch {
  readonly status: 'matched'
  readonly factor: 'totp'
  readonly authenticator: TotpAuthenticator
  readonly step: number
  readonly drift: number
}
