import type { BackupCodeProfile } from '../../backup-codes/index.ts'
import type { OtpAlgorithm } from '../../otp/index.ts'
import type { RelyingParty } from '../../passkeys/index.ts'
import type { Policy } from '../../policy/index.ts'
import type { SmsSendLimits } from '../../sms/index.ts'
import type { Method } from '../../factor.ts'

/** The host's options, checked and completed by the service. Times are ms. */
export interface Settings {
  /** What this installation calls itself. It is part of every unique key. */
  readonly realm: string
  readonly policy: Policy
  /** Methods that may be enrolled. */
  readonly methods: readonly Method[]
  /** `exclusive`: one method at a time. */
  readonly factors: 'multiple' | 'exclusive'
  readonly challengeMs: number
  readonly challengeTries: number
  readonly proofMs: number
  /** The greatest age of a grant. */
  readonly sessionMs: number
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
  /** Null: no codes by SMS. */
  readonly sms: {
    readonly countries: readonly string[]
    readonly codeMs: number
    readonly sends: SmsSendLimits
  } | null
  /** Null: no passkeys. */
  readonly passkeys: {
    readonly relyingParty: RelyingParty
    readonly counterRegression: 'refuse' | 'report'
    readonly synced: 'accept' | 'refuse'
  } | null
  /** Null: every sign-in asks for the factor. */
  readonly trustedDevices: { readonly lifeMs: number } | null
}
