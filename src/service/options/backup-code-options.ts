import type { Settings } from '../../core/account/record/settings.ts'
import type { BackupCodeProfile } from '../../core/backup-codes/index.ts'
import { checkBackupCodeProfile } from '../../core/backup-codes/profile.ts'
import { limits } from '../../core/limits.ts'
import { oneOf, optionError, requirePart, wholeNumber } from './option-rules.ts'

export interface BackupCodeOptions {
  readonly profile?: BackupCodeProfile
  /** Default 10, at most 20. */
  readonly count?: number
  /** Whether a new code replaces one that is used at sign-in, and comes with the grant. Default false. */
  readonly replaceUsed?: boolean
}

export function checkBackupCodes(options: BackupCodeOptions | undefined): Settings['backupCodes'] {
  const names = { profile: true, count: true, replaceUsed: true } as const
  const codes = requirePart(options, 'backupCodes', names)
  const profile = oneOf(codes.profile ?? 'crockford-13', 'backupCodes.profile', ['crockford-13', 'numeric-6'])
  checkBackupCodeProfile({ profile, use: 'second-factor' })
  const replaceUsed = codes.replaceUsed ?? false
  if (typeof replaceUsed !== 'boolean') throw optionError('backupCodes.replaceUsed', 'true or false')
  return { profile, count: wholeNumber(codes.count ?? 10, 'backupCodes.count', 1, limits.backupCodes), replaceUsed }
}
