import { unusedCodes } from '../backup-codes/rules.ts'
import { limits } from '../../limits.ts'
import type { AccountState } from './state.ts'

/** The flat row that lists and reports are made of. Times, never booleans that age; nothing secret. */
export interface AccountSummary {
  readonly kind: 'account'
  readonly createdAt: number
  readonly updatedAt: number
  readonly totpAuthenticators: number
  readonly backupCodesLeft: number
  readonly lockedUntil: number | null
}

export function summarizeAccount(state: AccountState, now: number): AccountSummary {
  const { lockedAt } = state.throttle
  return {
    kind: 'account',
    createdAt: state.createdAt,
    updatedAt: now,
    totpAuthenticators: state.totp.authenticators.length,
    backupCodesLeft: unusedCodes(state),
    lockedUntil: lockedAt === null ? null : lockedAt + limits.lockMs,
  }
}
