import type { AccountState } from '../record/state.ts'
import { unusedCodes } from './rules.ts'

/** What a security page shows about backup codes. The codes are not part of it. */
export interface BackupCodesView {
  readonly left: number
  readonly total: number
  /** ms since epoch. Null without a set. */
  readonly createdAt: number | null
}

export function viewBackupCodes(state: AccountState): BackupCodesView {
  const { set } = state['backup-code']
  return { left: unusedCodes(state), total: set?.usedAt.length ?? 0, createdAt: set?.createdAt ?? null }
}
