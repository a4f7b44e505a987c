import type { ScoreFacts } from '../../score/index.ts'
import { viewBackupCodes } from '../backup-codes/view.ts'
import type { AccountState } from '../record/state.ts'
import { factorRules } from './registry.ts'

/** What the gauge is made of, as far as the record knows it. */
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
