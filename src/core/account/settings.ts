import type { BackupCodeProfile } from '../backup-codes/index.ts'
import type { OtpAlgorithm } from '../otp/index.ts'
import type { Policy } from '../policy/index.ts'

/** What a host configured, checked and completed by the service. Times are ms. */
export interface Settings {
  readonly policy: Policy
  readonly challengeMs: number
  readonly challengeTries: number
  readonly proofMs: number
  readonly totp: {
    readonly algorithm: OtpAlgorithm
    readonly digits: number
    /** seconds */
    readonly period: number
    /** steps either way */
    readonly window: number
  }
  readonly backupCodes: {
    readonly profile: BackupCodeProfile
    readonly count: number
    /** A code used at sign-in is replaced by a new one, shown with the answer. */
    readonly replaceUsed: boolean
  }
}
