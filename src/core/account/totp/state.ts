import type { OtpAlgorithm } from '../../otp/index.ts'
import type { Secret } from '../../secret.ts'

export interface TotpState {
  readonly authenticators: readonly TotpAuthenticator[]
  readonly enrollment: TotpEnrollment | null
  /** Consecutive failures of TOTP as a whole. */
  readonly failures: number
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
  /** Learned clock difference, in steps. */
  readonly drift: number
}

type NewAuthenticator = Omit<TotpAuthenticator, 'createdAt' | 'lastUsedAt' | 'lastStep' | 'drift'>

export interface TotpEnrollment extends NewAuthenticator {
  readonly startedAt: number
  /** Only the session that began may confirm. Null if a script began. */
  readonly session: string | null
  readonly failures: number
  /** Confirming it removes every other method in the same commit. */
  readonly switching: boolean
}

export const noTotp: TotpState = { authenticators: [], enrollment: null, failures: 0 }

/** A right code of an authenticator. */
export interface TotpMatch {
  readonly status: 'matched'
  readonly factor: 'totp'
  readonly authenticator: TotpAuthenticator
  readonly step: number
  readonly drift: number
}
