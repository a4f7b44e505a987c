import type { CodeFactor, Factor } from '../../factor.ts'
import type { BackupCodeMatch, BackupCodeState } from '../backup-codes/state.ts'
import type { PasskeyMatch, PasskeyState } from '../passkeys/state.ts'
import type { SmsMatch, SmsState } from '../sms/state.ts'
import type { TotpMatch, TotpState } from '../totp/state.ts'

/** What an account keeps of each factor. */
export interface FactorStates {
  readonly totp: TotpState
  readonly 'backup-code': BackupCodeState
  readonly sms: SmsState
  readonly passkey: PasskeyState
}

/** The result of a right answer, for each factor. */
export interface FactorMatches {
  readonly totp: TotpMatch
  readonly 'backup-code': BackupCodeMatch
  readonly sms: SmsMatch
  readonly passkey: PasskeyMatch
}

export type FactorMatch = FactorMatches[Factor]
export type CodeMatch = FactorMatches[CodeFactor]
