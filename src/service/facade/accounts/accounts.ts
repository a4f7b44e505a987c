import type { Factor, Method } from '../../../core/factor.ts'
import { methods } from '../../../core/factor.ts'
import { enrolledMethods, liveFactors, preferredFactor } from '../../../core/account/factors/live-factors.ts'
import { preferFactor } from '../../../core/account/factors/prefer.ts'
import { requireOneOf } from '../../../core/arguments.ts'
import { scoreFacts } from '../../../core/account/record/views.ts'
import { turnOffTwoFactor } from '../../../core/account/factors/turn-off.ts'
import type { Score as AccountScore, SecurityStep } from '../../../core/score/index.ts'
import { score } from '../../../core/score/index.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { codeInput } from '../../loop/kernel.ts'
import type { ResealPage } from './reseal.ts'
import { resealAccounts } from './reseal.ts'
import type { Failure, PageCall, SensitiveCall } from '../call/page-call.ts'
import { failure, runFor, sealGrant, signedOut } from '../call/page-call.ts'

export interface Accounts {
  /**
   * Switches 2FA off: every factor goes, backup codes too. Asks a current code, or a proof by passkey, unless a script
   * acts.
   *
   * @contract effect(storage, mailer) · ok|signed-out|not-on|required-by-policy|passkey-only|wrong|wait|malformed|expired|factors-off|busy · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  turnOffTwoFactor(
    input: SensitiveCall & { readonly code?: unknown; readonly factor?: Factor | undefined },
  ): Promise<
    | { readonly ok: true; readonly grant: string | null }
    | Failure<
        | 'signed-out'
        | 'not-on'
        | 'required-by-policy'
        | 'passkey-only'
        | 'wrong'
        | 'wait'
        | 'malformed'
        | 'expired'
        | 'factors-off'
        | 'busy'
      >
  >
  /**
   * What the account has, what it can be asked for now, and what it is asked for first.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   */
  factors(input: PageCall): Promise<
    | {
        readonly ok: true
        readonly enrolled: readonly Method[]
        /** Those switched off by too many wrong codes are left out; backup codes are among them. */
        readonly live: readonly Factor[]
        readonly preferred: Factor | null
        readonly passkeyOnly: boolean
      }
    | Failure<'signed-out'>
  >
  /**
   * Chooses what a sign-in asks for first.
   *
   * @contract effect(storage) · ok|signed-out|not-on|busy · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  prefer(
    input: PageCall & { readonly factor: Method },
  ): Promise<{ readonly ok: true } | Failure<'signed-out' | 'not-on' | 'busy'>>
  /**
   * After a key rotation: brings one page of accounts under the first key of the ring. Call it with `next` until that is
   * null; then the old key may go once the last message sealed under it is sent or expired (3 days).
   *
   * @contract effect(storage) · limit accounts (1–500, default 100) · outcomes a page · throws NL_ARGUMENT, NL_CONFIG, NL_STORAGE_FAILED
   * @example
   * for (let after = null; ; ) {
   *   const page = await nl.accounts.reseal({ after })
   *   if ((after = page.next) === null) break
   * }
   */
  reseal(input?: {
    readonly after?: string | null | undefined
    readonly limit?: number | undefined
  }): Promise<ResealPage>
}

export interface SecurityScore {
  /**
   * The security gauge: level, points, what is missing and what each step would add.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   */
  get(input: PageCall): Promise<({ readonly ok: true } & AccountScore) | Failure<'signed-out'>>
}

export function createAccounts(kernel: Kernel): Accounts {
  return {
    reseal: (input = {}) => resealAccounts(kernel, input),

    async turnOffTwoFactor(input) {
      const code = codeInput(input.code)
      const factor = input.factor ?? null
      const result = await runFor(kernel, input, turnOffTwoFactor, ({ auth }, client) => ({
        auth,
        code,
        factor,
        client,
      }))
      return result.ok ? { ok: true, grant: sealGrant(kernel, result.grant) } : failure(result)
    },

    async factors(input) {
      const entered = await kernel.loadFor(input.grant)
      if (entered === null) return signedOut
      const { state } = entered.record
      return {
        ok: true,
        enrolled: enrolledMethods(state),
        live: liveFactors(state, kernel.settings),
        preferred: preferredFactor(state, kernel.settings),
        passkeyOnly: state.passkey.only,
      }
    },

    async prefer(input) {
      const { factor } = input
      requireOneOf(factor, 'factor', methods)
      return runFor(kernel, input, preferFactor, ({ auth }) => ({ auth, factor }))
    },
  }
}

/** What an account can do as this instance is configured. */
function offeredBy({ settings }: Kernel): readonly SecurityStep[] {
  const added: readonly [Method, SecurityStep][] = [
    ['passkey', 'add-passkey'],
    ['totp', 'add-totp-authenticator'],
  ]
  const steps = added.filter(([method]) => settings.methods.includes(method)).map(([, step]) => step)
  return [...steps, 'renew-backup-codes']
}

export function createScore(kernel: Kernel): SecurityScore {
  return {
    async get(input) {
      const entered = await kernel.loadFor(input.grant)
      return entered === null
        ? signedOut
        : { ok: true, ...score(scoreFacts(entered.record.state), { offered: offeredBy(kernel) }) }
    },
  }
}
