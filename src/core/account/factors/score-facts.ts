import type { ScoreFacts } from '../../score/index.ts'
import { viewBackupCodes } from '../backup-codes/view.ts'
import type { AccountState } from '../record/state.ts'
import { factorRules } from './registry.ts'

/** The facts for the score, as far as the record has them. */
export function scoreFacts(state: AccountState): ScoreFacts {
  const codes = viewBackupCodes(state)
  return {
    totpAuthenticators: state.totp.authenticators.length,
    passkeys: state.passkey.credentials.length,
    userVerifiedPasskeys: state.passkey.credentials.filter((passkey) => passkey.uvInitialized).length,
    sms: factorRules.sms.isEnrolled(state),
    backupCodesLeft: codes.left,
    backupCodesTotal: codes.total,
    loginAlerts: false,
    ipRules: false,
    antiPhishingCode: false,
    passwordWeaknesses: [],
  }
}
