import type { Factor, Method } from '../../../core/factor.ts'
import { methods } from '../../../core/factor.ts'
import { enrolledMethods, liveFactors, preferredFactor } from '../../../core/account/factors/live-factors.ts'
import { preferFactor } from '../../../core/account/factors/prefer.ts'
import { unlock } from '../../../core/account/guessing/unlock.ts'
import { argumentError } from '../../../core/arguments.ts'
import type { SystemAct } from '../../keys/as-system.ts'
import { isSystemAct } from '../../keys/as-system.ts'
import { turnOffTwoFactor } from '../../../core/account/factors/turn-off.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { codeInput, factorInput } from '../call/form-input.ts'
import type { AddressChange, AddressChanged } from './address-changed.ts'
import { tellAddressChanged } from './address-changed.ts'
import type { ResealPage } from './reseal.ts'
import type { RetentionInput, RetentionResult } from './retention.ts'
import { pruneHistory, shortenHistory } from './retention.ts'
import { resealAccounts } from './reseal.ts'
import type { Failure, PageCall, SensitiveCall } from '../call/page-call.ts'
import { failure, runFor, sealGrant, signedOut } from '../call/page-call.ts'
import type { RefusalOf } from '../call/refusal.ts'

export interface Accounts {
  /**
   * Switches two-factor off: every factor is removed, backup codes too. It asks for a current code or for a proof by
   * passkey, unless a script acts.
   *
   * @contract effect(storage, mailer)
   *   · ok|signed-out|not-on|required-by-policy|passkey-only|wrong|used|wait|malformed|expired|factors-off|
   *   too-many-changes|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const off = await nl.accounts.turnOffTwoFactor({ grant, code: req.body.code, client })
   * if (off.ok) req.session.grant = off.grant
   */
  turnOffTwoFactor(
    input: SensitiveCall & { readonly code?: unknown; readonly factor?: unknown },
  ): Promise<{ readonly ok: true; readonly grant: string | null } | Failure<RefusalOf<typeof turnOffTwoFactor>>>
  /**
   * What the account has enrolled, what it can be asked for now, and what it is asked for first.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const factors = await nl.accounts.factors({ grant })
   * if (factors.ok && factors.enrolled.length === 0) res.redirect('/security')
   */
  factors(input: PageCall): Promise<
    | {
        readonly ok: true
        readonly enrolled: readonly Method[]
        /** Backup codes are among them. A factor that too many wrong codes switched off is not. */
        readonly live: readonly Factor[]
        readonly preferred: Factor | null
        readonly passkeyOnly: boolean
      }
    | Failure<'signed-out'>
  >
  /**
   * Chooses what a sign-in asks for first. `factor` is a method that is on.
   *
   * @contract effect(storage) · ok|signed-out|not-on|too-many-changes|busy
   *   · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * await nl.accounts.prefer({ grant, factor: 'totp', client })
   */
  prefer(
    input: PageCall & { readonly factor: unknown },
  ): Promise<{ readonly ok: true } | Failure<RefusalOf<typeof preferFactor>>>
  /**
   * Ends waits and the lock and refills the luck, so that codes can be tried again. Check first by your own means who
   * the owner is. Only a script may call it. A factor that the hard stop switched off stays off.
   *
   * @contract effect(storage) · ok|absent|busy · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * await nl.accounts.unlock({ grant: asSystem(userId, 'identity shown at the desk') })
   */
  unlock(input: { readonly grant: SystemAct }): Promise<{ readonly ok: true } | Failure<'absent' | 'busy'>>
  /**
   * For the end of a key rotation: seals one page of accounts under the first key of the ring. One of the pages also
   * seals the record of the realm. Call it with `next` until that is null. The old key may go when no record is left
   * under it and the longest life of a grant has passed, at least 7 days.
   *
   * @contract effect(storage) · limit accounts (1 to 500, default 100) · a page
   *   · throws NL_ARGUMENT, NL_CONFIG, NL_STORAGE_FAILED
   * @example
   * let after: string | null = null
   * do {
   *   const page = await nl.accounts.reseal({ after })
   *   for (const { accountId, code } of page.failed) console.error(accountId, code)
   *   after = page.next
   * } while (after !== null)
   */
  reseal(input?: {
    readonly after?: string | null | undefined
    readonly limit?: number | undefined
  }): Promise<ResealPage>
  /**
   * Tells that you changed the mail address of an account. The old address gets a mail, and so does every address that
   * `describe` names. Call it when the new address is confirmed: with a proof while a factor is enrolled, or as a
   * script where a mailed link confirmed it.
   *
   * @contract effect(storage, mailer)
   *   · ok|signed-out|step-up|reauthenticate|malformed|unchanged|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const told = await nl.accounts.addressChanged({ grant, proof, old: user.email, new: req.body.newMail, client })
   * if (!told.ok) res.json({ reason: told.reason })
   */
  addressChanged(input: AddressChange): Promise<AddressChanged>
  /**
   * Shortens old events of one account: the address to its /24 or /48, and the browser goes. The history still
   * verifies. For a job; it needs a storage that implements the port `Directory`.
   *
   * @contract effect(storage) · before ms · ok|absent|busy|tampered
   *   · throws NL_ARGUMENT, NL_CONFIG, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const shortened = await nl.accounts.shortenHistory({ accountId: userId, before: Date.now() - 90 * 86_400_000 })
   */
  shortenHistory(input: RetentionInput): Promise<RetentionResult>
  /**
   * Removes old events of one account for good, after a check of its whole history. What is left still verifies. For a
   * job; it needs a storage that implements the port `Directory`.
   *
   * @contract effect(storage) · before ms · ok|absent|busy|tampered
   *   · throws NL_ARGUMENT, NL_CONFIG, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const pruned = await nl.accounts.pruneHistory({ accountId: userId, before: Date.now() - 365 * 86_400_000 })
   */
  pruneHistory(input: RetentionInput): Promise<RetentionResult>
}

export function createAccounts(kernel: Kernel): Accounts {
  return {
    reseal: (input = {}) => resealAccounts(kernel, input),
    addressChanged: (input) => tellAddressChanged(kernel, input),
    shortenHistory: (input) => shortenHistory(kernel, input),
    pruneHistory: (input) => pruneHistory(kernel, input),

    async turnOffTwoFactor(input) {
      const code = codeInput(input.code)
      const factor = factorInput(input.factor)
      const result = await runFor(kernel, input, turnOffTwoFactor, ({ auth }, client) => ({
        auth,
        code,
        factor,
        client,
      }))
      return result.ok ? { ok: true, grant: sealGrant(kernel, result.grant) } : failure(result)
    },

    async unlock(input) {
      if (!isSystemAct(input.grant)) throw argumentError('grant', 'an act of asSystem')
      const result = await runFor(kernel, input, unlock, () => ({}))
      if (result.ok) return { ok: true }
      return { ok: false, reason: result.reason === 'busy' ? 'busy' : 'absent' }
    },

    async factors(input) {
      const signedIn = await kernel.loadSignedIn(input.grant)
      if (signedIn === null) return signedOut
      const { state } = signedIn.record
      return {
        ok: true,
        enrolled: enrolledMethods(state),
        live: liveFactors(state, kernel.settings),
        preferred: preferredFactor(state, kernel.settings),
        passkeyOnly: state.passkey.only,
      }
    },

    async prefer(input) {
      const factor = methods.find((method) => method === input.factor) ?? null
      return runFor(kernel, input, preferFactor, ({ auth }) => ({ auth, factor }))
    },
  }
}
