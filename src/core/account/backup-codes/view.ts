import type { AccountState } from '../record/state.ts'
import { unusedCodes } from './rules.ts'

/** What a security page shows of backup codes; never the codes. */
export interface BackupCodesView {
  readonly left: number
  readonly total: number
  /** ms since epoch; null without a set */
  readonly createdAt: number | null
}

export function viewBackupCodes(state: AccountState): BackupCodesView {
  const { set } = state['backup-code']
  return { left: unusedCodes(state), total: set?.codes.length ?? 0, createdAt: set?.createdAt ?? null }
}
