import type { BackupCodeProfile, SlowHashParams } from '../../backup-codes/index.ts'
import type { Secret } from '../../secret.ts'

export interface BackupCodeState {
  readonly set: BackupCodeSet | null
  readonly failures: number
}

export interface BackupCodeSet {
  readonly profile: BackupCodeProfile
  readonly params: SlowHashParams
  /** base64url */
  readonly salt: string
  /** ms since epoch, like every time of a state */
  readonly createdAt: number
  readonly codes: readonly BackupCode[]
}

export interface BackupCode {
  readonly id: string
  readonly digest: Secret
  readonly usedAt: number | null
}

export const noBackupCodes: BackupCodeState = { set: null, failures: 0 }

/** A backup code that is right. */
export interface BackupCodeMatch {
  readonly status: 'matched'
  readonly factor: 'backup-code'
  readonly codeId: string
  /** A new code that replaces the used one. */
  readonly replacement?: BackupCode
}
