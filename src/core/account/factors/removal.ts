import type { DraftEvent } from '../../events/catalogue.ts'
import type { Factor, Method } from '../../factor.ts'
import { factors } from '../../factor.ts'
import type { TokenPayloads } from '../../token/index.ts'
import { canBePasskeyOnly } from '../passkeys/only.ts'
import type { Client, Context } from '../record/context.ts'
import type { DraftMessage } from '../record/messages.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import type { Settings } from '../record/settings.ts'
import type { AccountState } from '../record/state.ts'
import type { Step } from '../record/step.ts'
import { commit, done } from '../record/step.ts'
import type { Authorization, SensitiveRefusal } from '../sessions/authorization.ts'
import { raiseEpoch } from '../sessions/epoch.ts'
import { hasFactor } from './live-factors.ts'
import { factorRules } from './registry.ts'

/** `passkey-only`: the account needs more than what would be left. */
export type RemoveRefusal = SensitiveRefusal | 'not-found' | 'required-by-policy' | 'passkey-only'

export interface Removed {
  readonly ok: true
  readonly grant: TokenPayloads['grant'] | null
  readonly twoFactor: 'on' | 'off'
}

export type RemoveResult = Removed | { readonly ok: false; readonly reason: RemoveRefusal }

/** The account without one factor. The factor is no longer preferred. */
export function removeFactor(state: AccountState, factor: Factor): AccountState {
  const preferred = state.preferred === factor ? null : state.preferred
  return { ...factorRules[factor].remove(state), preferred }
}

export function withoutFactors(state: AccountState): AccountState {
  return factors.reduce(removeFactor, state)
}

/** The unique keys of the account, for all of its factors. */
export function uniqueKeys(state: AccountState, settings: Settings): readonly string[] {
  return factors.flatMap((factor) => factorRules[factor].uniqueKeys?.(state, settings) ?? [])
}

/** Whether policy requires a factor. The last factor then stays, also during the grace [LIF-22]. */
export function requiresFactor({ settings, now }: Context): boolean {
  const { factors: asked } = settings.policy
  return asked !== 'optional' && now >= asked.required.since
}

/**
 * Removes one authenticator, if that is allowed. `left` is the account without it. Without the last factor two-factor
 * is off, and the backup codes are removed too. Alone they are no second factor.
 */
export function removeAuthenticator(
  left: AccountState,
  removed: {
    readonly method: Method
    readonly authenticator: string
    readonly label: string
    readonly keys?: readonly string[]
  },
  { auth, client }: { readonly auth: Authorization; readonly client: Client },
  context: Context,
): Step<RemoveResult> {
  if (left.passkey.only && !canBePasskeyOnly(left, context)) return done({ ok: false, reason: 'passkey-only' })
  const isOff = !hasFactor(left)
  if (isOff && requiresFactor(context)) return done({ ok: false, reason: 'required-by-policy' })
  const { method, authenticator, label, keys = [] } = removed
  const { now } = context
  const raised = raiseEpoch(isOff ? withoutFactors(left) : left, auth)
  const events: DraftEvent[] = [{ type: 'mfa_remove', values: { factor: method, authenticator, label } }]
  const origin = addressAndBrowser(client)
  const messages: DraftMessage[] = [
    notice({ template: 'factor-removed', factor: method, label, at: now, ...origin }, now),
  ]
  if (isOff) {
    events.push({ type: 'mfa_off', values: { factors: [method] } })
    messages.push(notice({ template: 'two-factor-off', at: now, ...origin }, now))
  }
  return commit(
    raised.state,
    { ok: true, grant: raised.grant, twoFactor: isOff ? 'off' : 'on' },
    { events, messages, keys: { release: keys } },
  )
}
