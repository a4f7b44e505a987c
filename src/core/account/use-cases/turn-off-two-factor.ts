import type { TokenPayloads } from '../../token/index.ts'
import { hasFactor, liveFactors } from '../code-check.ts'
import type { CodeRefusal, TypedCode } from '../code-door.ts'
import { askCode, originAt, refuseCode, unevaluated, waitFacts } from '../code-door.ts'
import { creditSuccess, seenFrom } from '../code-verdict.ts'
import { notice } from '../notice.ts'
import type { Authorization } from '../session.ts'
import { authorize, bumpEpoch, renewedGrant } from '../session.ts'
import type { AccountState } from '../state.ts'
import type { UseCase } from '../use-case.ts'
import { decided, done, ready } from '../use-case.ts'
import { requiresFactor, withoutFactors } from './remove-totp.ts'

export interface TurnOffTwoFactor extends TypedCode {
  readonly auth: Authorization
}

export type TurnOffTwoFactorResult =
  | { readonly ok: true; readonly grant: TokenPayloads['grant'] | null }
  | { readonly ok: false; readonly reason: 'signed-out' | 'not-on' | 'required-by-policy'; readonly retryAt: null }
  | CodeRefusal

/** Switching off asks for a current code, and tells all of the account's addresses. A script needs none. */
export const turnOffTwoFactor: UseCase<TurnOffTwoFactor, TurnOffTwoFactorResult> = {
  plan(state, command, context, evidence) {
    const authorized = authorize(state, command.auth, context.now)
    if (!authorized.ok) return done({ ...authorized, retryAt: null })
    if (!hasFactor(state)) return done({ ok: false, reason: 'not-on', retryAt: null })
    if (requiresFactor(context)) return done({ ok: false, reason: 'required-by-policy', retryAt: null })
    if (command.auth.kind === 'system') return ready
    const check = askCode(state, command, context, evidence)
    if (check.status === 'need') return { step: 'need', proofs: check.proofs }
    const refusal = unevaluated(check)
    return refusal === null ? ready : done(refusal, waitFacts(refusal, 'turn-off'))
  },

  decide(state, command, context, evidence) {
    const { auth, client } = command
    const { now } = context
    const factors = liveFactors(state)
    let spent: AccountState = state
    if (auth.kind === 'grant') {
      const check = askCode(state, command, context, evidence)
      if (check.status !== 'matched') {
        const failed = check.status === 'wrong' ? check : { compared: [], reason: 'wrong' as const }
        const refused = refuseCode(state, client, now, { ...failed, door: 'turn-off' })
        return decided<TurnOffTwoFactorResult>(refused.state, refused.refusal, refused)
      }
      const origin = originAt(state, client)
      spent = creditSuccess(state, { door: 'turn-off', origin, client, now, match: check, entry: null }).state
    }
    const bumped = bumpEpoch(withoutFactors(spent), auth.kind === 'grant' ? auth.grant.session : null)
    return decided<TurnOffTwoFactorResult>(
      bumped,
      { ok: true, grant: renewedGrant(bumped, auth) },
      {
        events: [{ type: 'mfa_off', values: { factors } }],
        messages: [notice({ template: 'two-factor-off', at: now, ...seenFrom(client) }, now)],
      },
    )
  },
}
