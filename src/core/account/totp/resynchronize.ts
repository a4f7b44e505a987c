import { resynchronizeTotp as searchTotp } from '../../otp/resynchronize.ts'
import type { VerifyTotpOutcome } from '../../otp/index.ts'
import { limits } from '../../limits.ts'
import type { CodeRefusal } from '../guessing/typed-code.ts'
import { originAt, refuseCode, waitFacts } from '../guessing/typed-code.ts'
import { seenFrom, withoutCharges } from '../guessing/verdict.ts'
import type { Evidence, OpenProof } from '../record/tasks.ts'
import { openProof, valueOf } from '../record/tasks.ts'
import { notice } from '../record/notice.ts'
import type { Authorization, SensitiveRefusal } from '../sessions/session.ts'
import { authorizeChange, spendProof } from '../sessions/session.ts'
import type { AccountState, TotpDevice } from '../record/state.ts'
import { creditThrottle, waitUntil } from '../guessing/throttle.ts'
import type { Client, Context, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface ResynchronizeTotp {
  readonly auth: Authorization
  readonly device: string
  /** Two codes that the device showed one after the other. */
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
    const device = find(state, command)
    if (device === null) return done({ ok: false, reason: 'not-found', retryAt: null })
    if (state.totp.failures >= limits.hardStop || state.passkeys.only)
      return done({ ok: false, reason: 'factors-off', retryAt: null })
    const retryAt = waitUntil(state.throttle, originAt(state, command.client), context.now)
    if (retryAt !== null) {
      return done({ ok: false, reason: 'wait', retryAt }, waitFacts({ reason: 'wait' }, 'resynchronize'))
    }
    const proof = proofOf(device)
    if (proof !== null && valueOf(evidence, proof) === undefined) return { step: 'need', proofs: [proof] }
    const answer = search(device, command, context, evidence)
    return !answer.ok && answer.reason === 'malformed' ? done({ ok: false, reason: 'malformed', retryAt: null }) : ready
  },

  decide(state, command, context, evidence) {
    const { auth, client } = command
    const { now } = context
    const device = find(state, command)
    if (device === null) return decided(state, { ok: false, reason: 'not-found', retryAt: null })
    const answer = search(device, command, context, evidence)
    if (!answer.ok) {
      const reason = answer.reason === 'replayed' ? 'replayed' : 'wrong'
      const refused = refuseCode(state, client, now, { door: 'resynchronize', compared: ['totp'], reason })
      return decided<ResynchronizeTotpResult>(refused.state, refused.refusal, refused)
    }
    const { drift, step } = answer
    const devices = state.totp.devices.map((entry) =>
      entry.id === device.id ? { ...entry, drift, lastStep: step, lastUsedAt: now } : entry,
    )
    const { id, label } = device
    return decided<ResynchronizeTotpResult>(
      spendProof(
        {
          ...state,
          totp: { ...state.totp, devices, failures: 0 },
          challenges: withoutCharges(state.challenges, 'totp'),
          throttle: creditThrottle(state.throttle, originAt(state, client)),
        },
        auth,
        now,
      ),
      { ok: true, drift },
      {
        events: [{ type: 'mfa_update', values: { factor: 'totp', device: id, change: 'resynchronize', label } }],
        messages: [notice({ template: 'device-resynchronized', label, at: now, ...seenFrom(client) }, now)],
      },
    )
  },
}

function find(state: AccountState, command: ResynchronizeTotp): TotpDevice | null {
  return state.totp.devices.find((entry) => entry.id === command.device) ?? null
}

function proofOf(device: TotpDevice): OpenProof | null {
  return openProof(`state/totp/devices/${device.id}/secret`, device.secret)
}

function search(
  device: TotpDevice,
  { codes }: ResynchronizeTotp,
  { now }: Context,
  evidence: readonly Evidence[],
): VerifyTotpOutcome {
  const proof = proofOf(device)
  const secret = proof === null ? null : valueOf(evidence, proof)
  if (!secret) return { ok: false, reason: 'wrong' }
  const { algorithm, digits, period, lastStep } = device
  return searchTotp({ secret, codes, now, after: lastStep, algorithm, digits, period })
}
