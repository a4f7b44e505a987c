import type { TokenPayloads } from '../../token/index.ts'
import { addressAndBrowser } from '../guessing/verdict.ts'
import { notice } from '../record/notice.ts'
import { canBePasskeyOnly } from '../factors/removal.ts'
import type { Authorization, SensitiveRefusal } from '../sessions/session.ts'
import { authorizeChange, bumpEpoch, renewedGrant } from '../sessions/session.ts'
import type { AccountState } from '../record/state.ts'
import type { Client, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface RemoveBackupCodes {
  readonly auth: Authorization
  readonly client: Client
}

export type RemoveBackupCodesResult =
  | { readonly ok: true; readonly grant: TokenPayloads['grant'] | null }
  /** `passkey-only`: they are the way back into an account that only one passkey opens. */
  | { readonly ok: false; readonly reason: SensitiveRefusal | 'not-on' | 'passkey-only' }

/** Switches backup codes off: the set dies, and a lost device has no way around it. */
export const removeBackupCodes: UseCase<RemoveBackupCodes, RemoveBackupCodesResult> = {
  plan(state, { auth }, context) {
    const authorized = authorizeChange(state, auth, 'factors', context.now)
    if (!authorized.ok) return done(authorized)
    if (state['backup-code'].set === null) return done({ ok: false, reason: 'not-on' })
    const needed = state.passkey.only && !canBePasskeyOnly(withoutCodes(state), context)
    return needed ? done({ ok: false, reason: 'passkey-only' }) : ready
  },
  decide(state, { auth, client }, { now }) {
    const bumped = bumpEpoch(withoutCodes(state), auth.kind === 'grant' ? auth.grant.session : null)
    const told = { template: 'factor-removed', factor: 'backup-code', at: now, ...addressAndBrowser(client) } as const
    return decided<RemoveBackupCodesResult>(
      bumped,
      { ok: true, grant: renewedGrant(bumped, auth) },
      {
        events: [{ type: 'mfa_remove', values: { factor: 'backup-code', authenticator: '', label: '' } }],
        messages: [notice(told, now)],
      },
    )
  },
}

function withoutCodes(state: AccountState): AccountState {
  return { ...state, 'backup-code': { set: null, failures: 0 } }
}
