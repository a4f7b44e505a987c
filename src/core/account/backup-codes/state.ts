import type { BackupCodeProfile, SlowHashParams } from '../../backup-codes/index.ts'
import { backupCodeStrength } from '../../backup-codes/profile.ts'
import type { Secret } from '../../secret.ts'
import type { HardCount } from '../record/hard-count.ts'
import { noFailures } from '../record/hard-count.ts'

export interface BackupCodeState extends HardCount {
  readonly set: BackupCodeSet | null
}

export interface BackupCodeSet {
  readonly profile: BackupCodeProfile
  readonly params: SlowHashParams
  /** base64url */
  readonly salt: string
  /** ms since epoch, like every time of a state */
  readonly createdAt: number
  /** When each code was used. Null: unused. */
  readonly usedAt: readonly (number | null)[]
  /** The digests of all codes, one after the other in the same order. */
  readonly digests: Secret
}

export const noBackupCodes: BackupCodeState = { set: null, ...noFailures }

/** Whether one code of the set is enough to recover the account. Weaker codes are only a second factor [BC-3]. */
export function canRecover({ profile }: Pick<BackupCodeSet, 'profile'>): boolean {
  return backupCodeStrength(profile).recovery
}

/** A backup code that is right. */
export interface BackupCodeMatch {
  readonly status: 'matched'
  readonly factor: 'backup-code'
  /** Its place in the set. */
  readonly index: number
  /** The digests of the set with that of a new code in its place. */
  readonly replaced?: Secret
}
