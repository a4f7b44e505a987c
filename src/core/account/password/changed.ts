import type { TokenPayloads } from '../../token/index.ts'
import { hasFactor } from '../factors/live-factors.ts'
import { giveBack, refill } from '../guessing/refill.ts'
import type { Client } from '../record/context.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import type { UseCase } from '../record/step.ts'
import { commit, done } from '../record/step.ts'
import type { Authorization, SensitiveRefusal } from '../sessions/authorization.ts'
import { authorize, authorizeChange, spendProof } from '../sessions/authorization.ts'
import { raiseEpoch } from '../sessions/epoch.ts'

export interface ChangePassword {
  readonly auth: Authorization
  /** Whether the other sessions end. */
  readonly endSessions: boolean
  readonly client: Client
}

export type ChangePasswordResult =
  | { readonly ok: true; readonly grant: TokenPayloads['grant'] | null }
  | { readonly ok: false; readonly reason: SensitiveRefusal }

/**
 * The host changed the password of an account. With a proof of its owner all luck is refilled. A call by a script means
 * a reset by mail, which proves less and gives less back.
 */
export const changePassword: UseCase<ChangePassword, ChangePasswordResult> = (state, command, context) => {
  const { auth, endSessions, client } = command
  const { now, settings } = context
  // Without a factor there is nothing to prove with, and nothing to refill that a thief could use.
  const authorized = hasFactor(state) ? authorizeChange(state, auth, 'factors', now) : authorize(state, auth, now)
  if (!authorized.ok) return done(authorized)
  const isReset = auth.kind === 'system'
  const credited = isReset ? giveBack(state, settings, now) : refill(spendProof(state, auth, now))
  const changed = {
    ...credited,
    passwords: state.passwords + 1,
    // What was tried behind the old password says nothing of the new one.
    throttle: { ...credited.throttle, rowBehindPassword: 0, passwordKnownAt: null },
  }
  const raised = endSessions ? raiseEpoch(changed, auth) : { state: changed, grant: null }
  const grant = raised.grant ?? (auth.kind === 'grant' ? auth.grant : null)
  return commit(
    raised.state,
    { ok: true, grant },
    {
      events: [{ type: 'authn_password_change', values: { reset: isReset, endSessions } }],
      messages: [notice({ template: 'password-changed', at: now, ...addressAndBrowser(client) }, now)],
    },
  )
}
