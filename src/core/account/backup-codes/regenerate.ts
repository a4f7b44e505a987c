import type { BackupCodeProfile } from '../../backup-codes/profile.ts'
import { defaultProfile } from '../../backup-codes/profile.ts'
import type { TokenPayloads } from '../../token/index.ts'
import { hasFactor } from '../factors/live-factors.ts'
import type { Client, Context } from '../record/context.ts'
import { noFailures } from '../record/hard-count.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import type { AccountState } from '../record/state.ts'
import { commit, done, need } from '../record/step.ts'
import type { Authorization, SensitiveRefusal } from '../sessions/authorization.ts'
import { authorizeChange } from '../sessions/authorization.ts'
import { raiseEpoch } from '../sessions/epoch.ts'
import { newCodes } from './new-codes.ts'
import { canRecover } from './state.ts'
import type { ChangeUseCase } from '../sessions/changes.ts'
import { asChange } from '../sessions/changes.ts'

export interface RegenerateBackupCodes {
  readonly auth: Authorization
  readonly client: Client
}

export type RegenerateBackupCodesResult =
  /** `codes` are shown once. */
  | { readonly ok: true; readonly codes: readonly string[]; readonly grant: TokenPayloads['grant'] | null }
  | { readonly ok: false; readonly reason: SensitiveRefusal | 'not-on' }

/** An account that only passkeys open needs codes that recover it: nothing else can be done with them. */
function profileOf({ passkey }: AccountState, { settings }: Context): BackupCodeProfile {
  const { profile } = settings.backupCodes
  return passkey.only && !canRecover({ profile }) ? defaultProfile : profile
}

/** Makes a new set. The old one ends in the same commit [BC-9]. */
export const regenerateBackupCodes: ChangeUseCase<RegenerateBackupCodes, RegenerateBackupCodesResult> =
  /* @__PURE__ */ asChange<RegenerateBackupCodes, RegenerateBackupCodesResult>(
    (state, { auth, client }, context, results) => {
      const { now } = context
      const authorized = authorizeChange(state, auth, 'factors', now)
      if (!authorized.ok) return done(authorized)
      if (!hasFactor(state)) return done({ ok: false, reason: 'not-on' })
      const made = newCodes(context, results, profileOf(state, context))
      if (made.status === 'need') return need(made.tasks)
      const raised = raiseEpoch({ ...state, 'backup-code': { set: made.set, ...noFailures } }, auth)
      const count = made.codes.length
      return commit(
        raised.state,
        { ok: true, codes: made.codes, grant: raised.grant },
        {
          events: [{ type: 'backup_code_regenerate', values: { count } }],
          messages: [
            notice({ template: 'backup-codes-regenerated', count, at: now, ...addressAndBrowser(client) }, now),
          ],
        },
      )
    },
  )
