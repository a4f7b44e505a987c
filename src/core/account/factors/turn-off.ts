import type { TokenPayloads } from '../../token/index.ts'
import type { CodeMatch } from './factor-types.ts'
import { signedInSource } from '../guessing/signed-in-source.ts'
import type { CodeRefusal, TypedCode } from '../guessing/typed-code.ts'
import { checkTypedCode, refuseTypedCode } from '../guessing/typed-code.ts'
import { refill } from '../guessing/refill.ts'
import { creditSuccess } from '../guessing/verdict.ts'
import type { Context } from '../record/context.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import type { AccountState } from '../record/state.ts'
import type { Step } from '../record/step.ts'
import { commit, done } from '../record/step.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { authorize, authorizeChange, sessionIdOf } from '../sessions/authorization.ts'
import { raiseEpoch } from '../sessions/epoch.ts'
import { enrolledMethods, hasFactor, liveFactors } from './live-factors.ts'
import { requiresFactor, uniqueKeys, withoutFactors } from './removal.ts'
import type { ChangeUseCase } from '../sessions/changes.ts'
import { asChange } from '../sessions/changes.ts'

export interface TurnOffTwoFactor extends TypedCode {
  readonly auth: Authorization
}

export type TurnOffTwoFactorResult =
  | { readonly ok: true; readonly grant: TokenPayloads['grant'] | null }
  | {
      readonly ok: false
      readonly reason: 'signed-out' | 'not-on' | 'required-by-policy' | 'passkey-only'
      readonly retryAt: null
    }
  | CodeRefusal

/**
 * Switching off needs a current code or a passkey's proof, and sends a mail to all addresses. A script needs neither.
 */
export const turnOffTwoFactor: ChangeUseCase<TurnOffTwoFactor, TurnOffTwoFactorResult> = /* @__PURE__ */ asChange<
  TurnOffTwoFactor,
  TurnOffTwoFactorResult
>((state, command, context, results) => {
  const { auth, client } = command
  const authorized = authorize(state, auth, context.now)
  if (!authorized.ok) return done({ ...authorized, retryAt: null })
  if (!hasFactor(state)) return done({ ok: false, reason: 'not-on', retryAt: null })
  if (requiresFactor(context)) return done({ ok: false, reason: 'required-by-policy', retryAt: null })
  if (auth.kind === 'system') return turnOff(state, command, null, context)
  if (state.passkey.only) return done({ ok: false, reason: 'passkey-only', retryAt: null })
  if (isProvenByPasskey(state, auth, context)) return turnOff(state, command, null, context)
  const request = { purpose: 'step-up', id: sessionIdOf(auth) ?? '' } as const
  const source = signedInSource(state, client, auth)
  const check = checkTypedCode(state, command, { request, source }, context, results)
  if (check.status === 'matched') return turnOff(state, command, check, context)
  return refuseTypedCode(state, check, { client, source, flow: 'turn-off' }, context)
})

/** A passkey has no code to type, so its proof counts in place of one. */
function isProvenByPasskey(state: AccountState, auth: Authorization, { now }: Context): boolean {
  if (auth.kind !== 'grant' || auth.proof?.factor !== 'passkey') return false
  return authorizeChange(state, auth, 'factors', now).ok
}

function turnOff(
  state: AccountState,
  { auth, client }: TurnOffTwoFactor,
  match: CodeMatch | null,
  { now, settings }: Context,
): Step<TurnOffTwoFactorResult> {
  const live = liveFactors(state, settings)
  const factors = live.length > 0 ? live : enrolledMethods(state)
  const source = signedInSource(state, client, auth)
  const spent = match === null ? state : creditSuccess(state, { match, source, client, now, entry: null }).state
  // A script acts after the host has checked who the owner is. The devices known before may be those of somebody else.
  const reset = auth.kind === 'system' ? { ...refill(spent), knownDevices: [] } : spent
  const raised = raiseEpoch(withoutFactors(reset), auth)
  return commit(
    raised.state,
    { ok: true, grant: raised.grant },
    {
      events: [{ type: 'mfa_off', values: { factors } }],
      messages: [notice({ template: 'two-factor-off', at: now, ...addressAndBrowser(client) }, now)],
      keys: { release: uniqueKeys(state, settings) },
    },
  )
}
