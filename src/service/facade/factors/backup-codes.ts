import { regenerateBackupCodes } from '../../../core/account/backup-codes/regenerate.ts'
import { removeBackupCodes } from '../../../core/account/backup-codes/remove.ts'
import type { BackupCodesView } from '../../../core/account/backup-codes/view.ts'
import { viewBackupCodes } from '../../../core/account/backup-codes/view.ts'
import type { Kernel } from '../../loop/kernel.ts'
import type { Failure, PageCall, SensitiveCall } from '../call/page-call.ts'
import { runFor, sealGrant, signedOut } from '../call/page-call.ts'
import type { RefusalOf } from '../call/refusal.ts'

export interface BackupCodes {
  /**
   * How many codes are left. It never answers the codes.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const codes = await nl.backupCodes.status({ grant })
   * if (codes.ok) res.json({ left: codes.left, total: codes.total })
   */
  status(input: PageCall): Promise<({ readonly ok: true } & BackupCodesView) | Failure<'signed-out'>>
  /**
   * Makes a new set, shown once. The old set is void in the same commit. It takes about half a second, for ten slow
   * hashes.
   *
   * @contract effect(storage, mailer) · ok|signed-out|step-up|reauthenticate|not-on|too-many-changes|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const made = await nl.backupCodes.regenerate({ grant, proof, client })
   * if (made.ok) {
   *   req.session.grant = made.grant
   *   res.json({ codes: made.codes })
   * }
   */
  regenerate(
    input: SensitiveCall,
  ): Promise<
    | { readonly ok: true; readonly codes: readonly string[]; readonly grant: string | null }
    | Failure<RefusalOf<typeof regenerateBackupCodes>>
  >
  /**
   * Switches backup codes off, until a new set is made.
   *
   * @contract effect(storage, mailer) · ok|signed-out|step-up|reauthenticate|not-on|passkey-only|too-many-changes|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const removed = await nl.backupCodes.remove({ grant, proof, client })
   * if (removed.ok) req.session.grant = removed.grant
   */
  remove(
    input: SensitiveCall,
  ): Promise<{ readonly ok: true; readonly grant: string | null } | Failure<RefusalOf<typeof removeBackupCodes>>>
}

export function createBackupCodes(kernel: Kernel): BackupCodes {
  return {
    async status(input) {
      const signedIn = await kernel.loadSignedIn(input.grant)
      return signedIn === null ? signedOut : { ok: true, ...viewBackupCodes(signedIn.record.state) }
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
