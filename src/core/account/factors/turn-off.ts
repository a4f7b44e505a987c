import type { TokenPayloads } from '../../token/index.ts'
import type { CodeCheck } from '../guessing/check-code.ts'
import type { CodeRefusal, TypedCode } from '../guessing/typed-code.ts'
import { askCode, sourceAt, refuseCode, unevaluated, waitFacts } from '../guessing/typed-code.ts'
import { creditSuccess, addressAndBrowser } from '../guessing/verdict.ts'
import type { TaskResult } from '../record/tasks.ts'
import { enrolledMethods, hasFactor, liveFactors } from './live-factors.ts'
import { notice } from '../record/notice.ts'
import { credentialKeys, requiresFactor, withoutFactors } from './removal.ts'
import type { Authorization } from '../sessions/session.ts'
import { authorize, authorizeChange, bumpEpoch, renewedGrant } from '../sessions/session.ts'
import type { AccountState } from '../record/state.ts'
import type { Context, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

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

/** Switching off asks for a current code or a passkey's proof, and tells all addresses. A script needs none. */
export const turnOffTwoFactor: UseCase<TurnOffTwoFactor, TurnOffTwoFactorResult> = {
  plan(state, command, context, evidence) {
    const authorized = authorize(state, command.auth, context.now)
    if (!authorized.ok) return done({ ...authorized, retryAt: null })
    if (!hasFactor(state)) return done({ ok: false, reason: 'not-on', retryAt: null })
    if (requiresFactor(context)) return done({ ok: false, reason: 'required-by-policy', retryAt: null })
    if (command.auth.kind === 'system') return ready
    if (state.passkey.only) return done({ ok: false, reason: 'passkey-only', retryAt: null })
    if (isProven(state, command.auth, context)) return ready
    const check = ask(state, command, context, evidence)
    if (check.status === 'need') return { step: 'need', tasks: check.proofs }
    const refusal = unevaluated(check)
    return refusal === null ? ready : done(refusal, waitFacts(refusal, 'turn-off'))
  },

  decide(state, command, context, evidence) {
    const { auth, client } = command
    const { now, settings } = context
    const live = liveFactors(state, settings)
    const factors = live.length > 0 ? live : enrolledMethods(state)
    let spent: AccountState = state
    if (auth.kind === 'grant' && !isProven(state, auth, context)) {
      const check = ask(state, command, context, evidence)
      if (check.status !== 'matched') {
        const failed = check.status === 'wrong' ? check : { compared: [], reason: 'wrong' as const }
        const refused = refuseCode(state, client, now, { ...failed, flow: 'turn-off' })
        return decided<TurnOffTwoFactorResult>(refused.state, refused.refusal, refused)
      }
      const source = sourceAt(state, client)
      spent = creditSuccess(state, { flow: 'turn-off', source, client, now, match: check, entry: null }).state
    }
    const bumped = bumpEpoch(withoutFactors(spent), auth.kind === 'grant' ? auth.grant.session : null)
    return decided<TurnOffTwoFactorResult>(
      bumped,
      { ok: true, grant: renewedGrant(bumped, auth) },
      {
        events: [{ type: 'mfa_off', values: { factors } }],
        messages: [notice({ template: 'two-factor-off', at: now, ...addressAndBrowser(client) }, now)],
        keys: { release: credentialKeys(state) },
      },
    )
  },
}

/** A passkey has no code to type: its proof stands for one. */
function isProven(state: AccountState, auth: Authorization, { now }: Context): boolean {
  if (auth.kind !== 'grant' || auth.proof?.factor !== 'passkey') return false
  return authorizeChange(state, auth, 'factors', now).ok
}

function ask(
  state: AccountState,
  command: TurnOffTwoFactor,
  context: Context,
  evidence: readonly TaskResult[],
): CodeCheck {
  const { auth } = command
  const request = { purpose: 'step-up', id: auth.kind === 'grant' ? auth.grant.session : '' } as const
  return askCode(state, command, request, context, evidence)
}
