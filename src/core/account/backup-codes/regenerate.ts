import type { TokenPayloads } from '../../token/index.ts'
import { hasFactor } from '../factors/live-factors.ts'
import { addressAndBrowser } from '../guessing/verdict.ts'
import { newCodes } from './new-codes.ts'
import { notice } from '../record/notice.ts'
import type { Authorization, SensitiveRefusal } from '../sessions/session.ts'
import { authorizeChange, bumpEpoch, renewedGrant } from '../sessions/session.ts'
import type { Client, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface RegenerateBackupCodes {
  readonly auth: Authorization
  readonly client: Client
}

export type RegenerateBackupCodesResult =
  /** `codes` are shown once. */
  | { readonly ok: true; readonly codes: readonly string[]; readonly grant: TokenPayloads['grant'] | null }
  | { readonly ok: false; readonly reason: SensitiveRefusal | 'not-on' }

/** A new set; the old one dies in the same commit [BC-9]. */
export const regenerateBackupCodes: UseCase<RegenerateBackupCodes, RegenerateBackupCodesResult> = {
  plan(state, { auth }, context, evidence) {
    const authorized = authorizeChange(state, auth, 'factors', context.now)
    if (!authorized.ok) return done(authorized)
    if (!hasFactor(state)) return done({ ok: false, reason: 'not-on' })
    const made = newCodes(context, evidence)
    return made.status === 'need' ? { step: 'need', tasks: made.proofs } : ready
  },
  decide(state, { auth, client }, context, evidence) {
    const { now } = context
    const made = newCodes(context, evidence)
    if (made.status === 'need') return decided(state, { ok: false, reason: 'busy' })
    const bumped = bumpEpoch(
      { ...state, 'backup-code': { set: made.set, failures: 0 } },
      auth.kind === 'grant' ? auth.grant.session : null,
    )
    const count = made.codes.length
    return decided<RegenerateBackupCodesResult>(
      bumped,
      { ok: true, codes: made.codes, grant: renewedGrant(bumped, auth) },
      {
        events: [{ type: 'backup_code_regenerate', values: { count } }],
        messages: [notice({ template: 'backup-codes-regenerated', count, at: now, ...addressAndBrowser(client) }, now)],
      },
    )
  },
}
