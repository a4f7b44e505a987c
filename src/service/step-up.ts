import { requireOneOf } from '../core/arguments.ts'
import { hasFactor, liveFactors } from '../core/account/code-check.ts'
import type { Factor } from '../core/account/factor.ts'
import type { StepUpPurpose } from '../core/account/session.ts'
import { isFresh, stepUpPurposes } from '../core/account/session.ts'
import { verifyStepUp } from '../core/account/use-cases/verify-step-up.ts'
import type { Kernel } from './kernel.ts'
import { codeInput } from './kernel.ts'
import type { Failure, PageCall } from './page-call.ts'
import { failure, runFor, signedOut } from './page-call.ts'

export interface StepUp {
  /**
   * What a sensitive change would need now: a code from one of `factors`, or a new sign-in.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_RECORD_…
   */
  start(input: PageCall & { readonly purpose: StepUpPurpose }): Promise<
    | {
        readonly ok: true
        /** `nothing`: no factor is enrolled and the primary authentication is fresh. */
        readonly needs: 'code' | 'reauthentication' | 'nothing'
        readonly factors: readonly Factor[]
      }
    | Failure<'signed-out'>
  >
  /**
   * A code gives a proof: good once, within five minutes, for this session and purpose.
   *
   * @contract effect(storage, mailer) · expiresAt ms · ok|signed-out|not-on|wrong|wait|malformed|factors-off|busy · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  verify(
    input: PageCall & {
      readonly purpose: StepUpPurpose
      readonly code: unknown
      readonly factor?: Factor | undefined
    },
  ): Promise<
    | { readonly ok: true; readonly proof: string; readonly expiresAt: number }
    | Failure<'signed-out' | 'not-on' | 'wrong' | 'wait' | 'malformed' | 'factors-off' | 'busy'>
  >
}

export function createStepUp(kernel: Kernel): StepUp {
  return {
    async start(input) {
      requireOneOf(input.purpose, 'purpose', stepUpPurposes)
      const entered = await kernel.enter(input.grant)
      if (entered === null) return signedOut
      const { acting, record } = entered
      const factors = liveFactors(record.state)
      if (hasFactor(record.state)) return { ok: true, needs: 'code', factors }
      const session = record.state.sessions.find((entry) => entry.id === acting.session)
      const fresh = session === undefined || isFresh(session, kernel.now())
      return { ok: true, needs: fresh ? 'nothing' : 'reauthentication', factors }
    },

    async verify(input) {
      const { purpose, factor = null } = input
      requireOneOf(purpose, 'purpose', stepUpPurposes)
      const code = codeInput(input.code)
      const acting = kernel.acting(input.grant)
      if (acting?.auth.kind !== 'grant') return signedOut
      const { auth } = acting
      const result = await runFor(kernel, input, verifyStepUp, (_, client) => ({ auth, purpose, code, factor, client }))
      if (!result.ok) return failure(result)
      return { ok: true, proof: kernel.seal('proof', result.proof), expiresAt: result.proof.expiresAt }
    },
  }
}
