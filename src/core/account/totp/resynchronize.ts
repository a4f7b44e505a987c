import { resynchronizeTotp as searchTotp } from '../../otp/resynchronize.ts'
import type { VerifyTotpOutcome } from '../../otp/index.ts'
import { limits } from '../../limits.ts'
import type { CodeRefusal } from '../guessing/typed-code.ts'
import { sourceAt, refuseCode, waitFacts } from '../guessing/typed-code.ts'
import { addressAndBrowser, withoutCharges } from '../guessing/verdict.ts'
import type { TaskResult, OpenTask } from '../record/tasks.ts'
import { openTask, resultOf } from '../record/tasks.ts'
import { notice } from '../record/notice.ts'
import type { Authorization, SensitiveRefusal } from '../sessions/session.ts'
import { authorizeChange, spendProof } from '../sessions/session.ts'
import type { AccountState, TotpAuthenticator } from '../record/state.ts'
import { creditThrottle, waitUntil } from '../guessing/throttle.ts'
import type { Client, Context, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface ResynchronizeTotp {
  readonly auth: Authorization
  readonly authenticator: string
  /** Two codes that the authenticator showed one after the other. */
  readonly codes: readonly [string, string]
  readonly client: Client
}

export type ResynchronizeTotpResult =
  /** `drift` in steps */
  | { readonly ok: true; readonly drift: number }
  | { readonly ok: false; readonly reason: SensitiveRefusal | 'not-found'; readonly retryAt: null }
  | (CodeRefusal & { readonly reason: Exclude<CodeRefusal['reason'], 'expired'> })

/** Beyond the window, two consecutive codes and a step-up set the clock difference anew [TOTP-9]. */
export const resynchronizeTotp: UseCase<ResynchronizeTotp, ResynchronizeTotpResult> = {
  plan(state, command, context, evidence) {
    const authorized = authorizeChange(state, command.auth, 'factors', context.now)
    if (!authorized.ok) return done({ ...authorized, retryAt: null })
    const authenticator = find(state, command)
    if (authenticator === null) return done({ ok: false, reason: 'not-found', retryAt: null })
    if (state.totp.failures >= limits.hardStop || state.passkey.only)
      return done({ ok: false, reason: 'factors-off', retryAt: null })
    const retryAt = waitUntil(state.throttle, sourceAt(state, command.client), context.now)
    if (retryAt !== null) {
      return done({ ok: false, reason: 'wait', retryAt }, waitFacts({ reason: 'wait' }, 'resynchronize'))
    }
    const proof = proofOf(authenticator)
    if (proof !== null && resultOf(evidence, proof) === undefined) return { step: 'need', tasks: [proof] }
    const answer = search(authenticator, command, context, evidence)
    return !answer.ok && answer.reason === 'malformed' ? done({ ok: false, reason: 'malformed', retryAt: null }) : ready
  },

  decide(state, command, context, evidence) {
    const { auth, client } = command
    const { now } = context
    const authenticator = find(state, command)
    if (authenticator === null) return decided(state, { ok: false, reason: 'not-found', retryAt: null })
    const answer = search(authenticator, command, context, evidence)
    if (!answer.ok) {
      const reason = answer.reason === 'replayed' ? 'replayed' : 'wrong'
      const refused = refuseCode(state, client, now, { flow: 'resynchronize', compared: ['totp'], reason })
      return decided<ResynchronizeTotpResult>(refused.state, refused.refusal, refused)
    }
    const { drift, step } = answer
    const authenticators = state.totp.authenticators.map((entry) =>
      entry.id === authenticator.id ? { ...entry, drift, lastStep: step, lastUsedAt: now } : entry,
    )
    const { id, label } = authenticator
    return decided<ResynchronizeTotpResult>(
      spendProof(
        {
          ...state,
          totp: { ...state.totp, authenticators: authenticators, failures: 0 },
          challenges: withoutCharges(state.challenges, 'totp'),
          throttle: creditThrottle(state.throttle, sourceAt(state, client)),
        },
        auth,
        now,
      ),
      { ok: true, drift },
      {
        events: [{ type: 'mfa_update', values: { factor: 'totp', authenticator: id, change: 'resynchronize', label } }],
        messages: [
          notice({ template: 'authenticator-resynchronized', label, at: now, ...addressAndBrowser(client) }, now),
        ],
      },
    )
  },
}

function find(state: AccountState, command: ResynchronizeTotp): TotpAuthenticator | null {
  return state.totp.authenticators.find((entry) => entry.id === command.authenticator) ?? null
}

function proofOf(authenticator: TotpAuthenticator): OpenTask | null {
  return openTask(`state/totp/authenticators/${authenticator.id}/secret`, authenticator.secret)
}

function search(
  authenticator: TotpAuthenticator,
  { codes }: ResynchronizeTotp,
  { now }: Context,
  evidence: readonly TaskResult[],
): VerifyTotpOutcome {
  const proof = proofOf(authenticator)
  const secret = proof === null ? null : resultOf(evidence, proof)
  if (!secret) return { ok: false, reason: 'wrong' }
  const { algorithm, digits, period, lastStep } = authenticator
  return searchTotp({ secret, codes, now, after: lastStep, algorithm, digits, period })
}
