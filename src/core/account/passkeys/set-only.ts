import type { TokenPayloads } from '../../token/index.ts'
import type { Client } from '../record/context.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import { withFactor } from '../record/state.ts'
import { commit, done } from '../record/step.ts'
import type { Authorization, SensitiveRefusal } from '../sessions/authorization.ts'
import { authorizeChange } from '../sessions/authorization.ts'
import { raiseEpoch } from '../sessions/epoch.ts'
import { canBePasskeyOnly } from './only.ts'
import type { ChangeUseCase } from '../sessions/changes.ts'
import { asChange } from '../sessions/changes.ts'

export interface SetPasskeyOnly {
  readonly auth: Authorization
  readonly on: boolean
  readonly client: Client
}

export type SetPasskeyOnlyResult =
  | { readonly ok: true; readonly grant: TokenPayloads['grant'] | null }
  /**
   * `needs-recovery`: two passkeys are needed, or one synced passkey and an unused set of backup codes of 64 bits or
   * more. The passkeys must have verified their user.
   */
  | { readonly ok: false; readonly reason: SensitiveRefusal | 'needs-recovery' | 'unchanged' }

/** Switches passkey-only mode on or off. Switching it off needs a passkey. */
export const setPasskeyOnly: ChangeUseCase<SetPasskeyOnly, SetPasskeyOnlyResult> = /* @__PURE__ */ asChange<
  SetPasskeyOnly,
  SetPasskeyOnlyResult
>((state, { auth, on, client }, context) => {
  const { now, settings } = context
  const authorized = authorizeChange(state, auth, on ? 'factors' : 'passkey-only', now)
  if (!authorized.ok) return done(authorized)
  if (state.passkey.only === on) return done({ ok: false, reason: 'unchanged' })
  const isSafe = !on || (settings.passkeys !== null && canBePasskeyOnly(state, context))
  if (!isSafe) return done({ ok: false, reason: 'needs-recovery' })
  const raised = raiseEpoch(withFactor(state, 'passkey', { only: on }), auth)
  const template = on ? 'passkey-only-on' : 'passkey-only-off'
  return commit(
    raised.state,
    { ok: true, grant: raised.grant },
    {
      events: [{ type: 'passkey_only', values: { on } }],
      messages: [notice({ template, at: now, ...addressAndBrowser(client) }, now)],
    },
  )
})
