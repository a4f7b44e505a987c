import type { CodeFactor } from '../../factor.ts'
import { codeFactors } from '../../factor.ts'
import type { AccountState } from '../record/state.ts'

/** One number for every factor that can be guessed. */
export type Counts = Readonly<Record<CodeFactor, number>>

/** Consecutive failures of each factor. */
export function hardCounts({ totp, sms, 'backup-code': backupCodes }: AccountState): Counts {
  return { totp: totp.failures, sms: sms.failures, 'backup-code': backupCodes.failures }
}

export function withHardCounts(state: AccountState, counts: Counts): AccountState {
  return {
    ...state,
    totp: { ...state.totp, failures: counts.totp },
    sms: { ...state.sms, failures: counts.sms },
    'backup-code': { ...state['backup-code'], failures: counts['backup-code'] },
  }
}

export function mapCounts(change: (factor: CodeFactor) => number): Counts {
  const [totp = 0, sms = 0, codes = 0] = codeFactors.map(change)
  return { totp, sms, 'backup-code': codes }
}
