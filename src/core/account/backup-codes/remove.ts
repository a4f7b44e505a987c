import type { TokenPayloads } from '../../token/index.ts'
import { removeFactor } from '../factors/removal.ts'
import { canBePasskeyOnly } from '../passkeys/only.ts'
import type { Client } from '../record/context.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import { commit, done } from '../record/step.ts'
import type { Authorization, SensitiveRefusal } from '../sessions/authorization.ts'
import { authorizeChange } from '../sessions/authorization.ts'
import { raiseEpoch } from '../sessions/epoch.ts'
import type { ChangeUseCase } from '../sessions/changes.ts'
import { asChange } from '../sessions/changes.ts'

export interface RemoveBackupCodes {
  readonly auth: Authorization
  readonly client: Client
}

export type RemoveBackupCodesResult =
  | { readonly ok: true; readonly grant: TokenPayloads['grant'] | null }
  /** `passkey-only`: the codes are needed to recover an account that only one passkey opens. */
  | { readonly ok: false; readonly reason: SensitiveRefusal | 'not-on' | 'passkey-only' }

/** Switches backup codes off. Without them there is no way in for an owner who lost every other factor. */
export const removeBackupCodes: ChangeUseCase<RemoveBackupCodes, RemoveBackupCodesResult> = /* @__PURE__ */ asChange<
  RemoveBackupCodes,
  RemoveBackupCodesResult
>((state, { auth, client }, context) => {
  const { now } = context
  const authorized = authorizeChange(state, auth, 'factors', now)
  if (!authorized.ok) return done(authorized)
  if (state['backup-code'].set === null) return done({ ok: false, reason: 'not-on' })
  const left = removeFactor(state, 'backup-code')
  const isNeeded = state.passkey.only && !canBePasskeyOnly(left, context)
  if (isNeeded) return done({ ok: false, reason: 'passkey-only' })
  const raised = raiseEpoch(left, auth)
  const removal = {
    template: 'factor-removed',
    factor: 'backup-code',
    at: now,
    ...addressAndBrowser(client),
  } as const
  return commit(
    raised.state,
    { ok: true, grant: raised.grant },
    {
      events: [{ type: 'mfa_remove', values: { factor: 'backup-code', authenticator: '', label: '' } }],
      messages: [notice(removal, now)],
    },
  )
})
