import type { Factor } from '../core/account/factor.ts'
import { scoreFacts } from '../core/account/views.ts'
import { turnOffTwoFactor } from '../core/account/use-cases/turn-off-two-factor.ts'
import type { Score as AccountScore, SecurityStep } from '../core/score/index.ts'
import { score } from '../core/score/index.ts'
import type { Kernel } from './kernel.ts'
import { codeInput } from './kernel.ts'
import type { ResealPage } from './reseal.ts'
import { resealAccounts } from './reseal.ts'
import type { Failure, PageCall } from './page-call.ts'
import { failure, runFor, sealGrant, signedOut } from './page-call.ts'

export interface Accounts {
  /**
   * Switches 2FA off: every factor goes, backup codes too. Asks a current code, unless a script acts.
   *
   * @contract effect(storage, mailer) · ok|signed-out|not-on|required-by-policy|wrong|wait|malformed|factors-off|busy · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  turnOffTwoFactor(
    input: PageCall & { readonly code?: unknown; readonly factor?: Factor | undefined },
  ): Promise<
    | { readonly ok: true; readonly grant: string | null }
    | Failure<'signed-out' | 'not-on' | 'required-by-policy' | 'wrong' | 'wait' | 'malformed' | 'factors-off' | 'busy'>
  >
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
  }
}

/** What an account can do with the features of this release. */
const offered: readonly SecurityStep[] = ['add-totp-device', 'renew-backup-codes']

export function createScore(kernel: Kernel): SecurityScore {
  return {
    async get(input) {
      const entered = await kernel.enter(input.grant)
      return entered === null ? signedOut : { ok: true, ...score(scoreFacts(entered.record.state), { offered }) }
    },
  }
}
