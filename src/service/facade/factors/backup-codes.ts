import { regenerateBackupCodes } from '../../../core/account/backup-codes/regenerate.ts'
import { removeBackupCodes } from '../../../core/account/backup-codes/remove.ts'
import type { SensitiveRefusal } from '../../../core/account/sessions/session.ts'
import type { BackupCodesView } from '../../../core/account/record/views.ts'
import { viewBackupCodes } from '../../../core/account/record/views.ts'
import type { Kernel } from '../../loop/kernel.ts'
import type { Failure, PageCall, SensitiveCall } from '../call/page-call.ts'
import { runFor, sealGrant, signedOut } from '../call/page-call.ts'

export interface BackupCodes {
  /**
   * How many codes are left; never the codes.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   */
  status(input: PageCall): Promise<({ readonly ok: true } & BackupCodesView) | Failure<'signed-out'>>
  /**
   * A new set, shown once; the old one dies in the same commit. Takes about half a second: ten slow hashes.
   *
   * @contract effect(storage, mailer) · ok|signed-out|step-up|reauthenticate|not-on|busy · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  regenerate(
    input: SensitiveCall,
  ): Promise<
    | { readonly ok: true; readonly codes: readonly string[]; readonly grant: string | null }
    | Failure<SensitiveRefusal | 'not-on'>
  >
  /**
   * Switches backup codes off, until a new set is made.
   *
   * @contract effect(storage, mailer) · ok|signed-out|step-up|reauthenticate|not-on|passkey-only|busy · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  remove(
    input: SensitiveCall,
  ): Promise<
    { readonly ok: true; readonly grant: string | null } | Failure<SensitiveRefusal | 'not-on' | 'passkey-only'>
  >
}

export function createBackupCodes(kernel: Kernel): BackupCodes {
  return {
    async status(input) {
      const entered = await kernel.loadFor(input.grant)
      return entered === null ? signedOut : { ok: true, ...viewBackupCodes(entered.record.state) }
    },
    async regenerate(input) {
      const result = await runFor(kernel, input, regenerateBackupCodes, ({ auth }, client) => ({ auth, client }))
      return result.ok ? { ok: true, codes: result.codes, grant: sealGrant(kernel, result.grant) } : result
    },
    async remove(input) {
      const result = await runFor(kernel, input, removeBackupCodes, ({ auth }, client) => ({ auth, client }))
      return result.ok ? { ok: true, grant: sealGrant(kernel, result.grant) } : result
    },
  }
}
