import { unusedCodes } from '../backup-codes/rules.ts'
import { limits } from '../../limits.ts'
import type { AccountState } from './state.ts'

/**
 * A flat row for lists and reports. It has times and no booleans, because a boolean becomes wrong with time. Nothing in
 * it is secret.
 */
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
