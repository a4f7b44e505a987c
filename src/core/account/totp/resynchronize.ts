import { limits } from '../../limits.ts'
import { resynchronizeTotp as searchTotp } from '../../otp/resynchronize.ts'
import { otpLimits } from '../../otp/limits.ts'
import { signedInSource } from '../guessing/signed-in-source.ts'
import { clearSource, waitUntil } from '../guessing/throttle.ts'
import type { CodeRefusal } from '../guessing/typed-code.ts'
import { refuseUsedCode, refuseWrongCode, waitFacts } from '../guessing/typed-code.ts'
import { withoutCharges } from '../guessing/verdict.ts'
import type { Client, Context } from '../record/context.ts'
import { noFailures } from '../record/hard-count.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import type { AccountState } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import type { Step } from '../record/step.ts'
import { commit, done, need } from '../record/step.ts'
import { openedBy } from '../record/tasks.ts'
import type { Authorization, SensitiveRefusal } from '../sessions/authorization.ts'
import { authorizeChange, spendProof } from '../sessions/authorization.ts'
import { authenticatorOf, withAuthenticator } from './authenticators.ts'
import { secretTask } from './rules.ts'
import type { TotpAuthenticator } from './state.ts'
import { placeOf } from './used-again.ts'
import type { ChangeUseCase } from '../sessions/changes.ts'
import { asChange } from '../sessions/changes.ts'

export interface ResynchronizeTotp {
  readonly auth: Authorization
  readonly authenticator: string
  /** Two codes that the app showed one after the other. */
  readonly codes: readonly [string, string]
  readonly client: Client
}

export type ResynchronizeTotpResult =
  /** `drift` in steps */
  | { readonly ok: true; readonly drift: number }
  | { readonly ok: false; readonly reason: SensitiveRefusal | 'not-found'; readonly retryAt: null }
  | (CodeRefusal & { readonly reason: Exclude<CodeRefusal['reason'], 'expired'> })

/** Outside the window, two consecutive codes and a step-up set the clock difference anew [TOTP-9]. */
export const resynchronizeTotp: ChangeUseCase<ResynchronizeTotp, ResynchronizeTotpResult> = /* @__PURE__ */ asChange<
  ResynchronizeTotp,
  ResynchronizeTotpResult
>((state, command, context, results) => {
  const { auth, client, codes } = command
  const { now } = context
  const authorized = authorizeChange(state, auth, 'factors', now)
  if (!authorized.ok) return done({ ...authorized, retryAt: null })
  const found = authenticatorOf(state, command.authenticator)
  if (found === null) return done({ ok: false, reason: 'not-found', retryAt: null })
  const isOff = state.totp.failures >= limits.hardStop || state.passkey.only
  if (isOff) return done({ ok: false, reason: 'factors-off', retryAt: null })
  const source = signedInSource(state, client, auth)
  // Two made-up codes must fit one of the searched places. But somebody who saw one code has to guess only the code
  // next to it.
  const places = 2 * otpLimits.drift + 1
  const cost = places * 10 ** (6 - 2 * found.digits) + 10 ** (6 - found.digits)
  const retryAt = waitUntil(state, source, cost, now)
  if (retryAt !== null) return done({ ok: false, reason: 'wait', retryAt }, waitFacts('resynchronize'))

  const task = secretTask(found)
  const secret = openedBy(results, task)
  if (task !== null && secret === undefined) return need([task])
  const { lastStep: after, algorithm, digits, period } = found
  const answer = secret
    ? searchTotp({ secret, codes, now, after, algorithm, digits, period })
    : ({ ok: false, reason: 'wrong' } as const)
  if (answer.ok) return accept(state, found, answer, command, context)
  if (answer.reason === 'malformed') return done({ ok: false, reason: 'malformed', retryAt: null })
  const attempt = { client, source, flow: 'resynchronize' } as const
  const wrong = { compared: ['totp'], cost } as const
  if (answer.reason === 'wrong') return refuseWrongCode(state, wrong, attempt, now)
  return refuseUsedCode(state, { ...wrong, factor: 'totp', authenticator: null }, attempt, now)
})

function accept(
  state: AccountState,
  { id, label }: TotpAuthenticator,
  { drift, step }: { readonly drift: number; readonly step: number },
  { auth, client }: ResynchronizeTotp,
  { now }: Context,
): Step<ResynchronizeTotpResult> {
  const source = signedInSource(state, client, auth)
  const usedFrom = placeOf({ client, device: source.device, now })
  const used = withAuthenticator(state, id, { drift, lastStep: step, lastUsedAt: now, usedFrom })
  const credited: AccountState = {
    ...withFactor(used, 'totp', noFailures),
    challenges: withoutCharges(state.challenges, 'totp'),
    throttle: clearSource(state.throttle, source),
  }
  const mail = { template: 'authenticator-resynchronized', label, at: now, ...addressAndBrowser(client) } as const
  return commit(
    spendProof(credited, auth, now),
    { ok: true, drift },
    {
      events: [{ type: 'mfa_update', values: { factor: 'totp', authenticator: id, change: 'resynchronize', label } }],
      messages: [notice(mail, now)],
    },
  )
}
