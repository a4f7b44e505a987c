import { cleanText } from '../../../core/text.ts'
import { formatSecret } from '../../../core/otp/base32.ts'
import { keyUri } from '../../../core/otp/key-uri.ts'
import { otpLimits } from '../../../core/otp/limits.ts'
import { confirmTotp } from '../../../core/account/totp/confirm.ts'
import { enrollTotp } from '../../../core/account/totp/enroll.ts'
import { removeTotp } from '../../../core/account/totp/remove.ts'
import { renameTotp } from '../../../core/account/totp/rename.ts'
import { resynchronizeTotp } from '../../../core/account/totp/resynchronize.ts'
import type { EnrollRefusal } from '../../../core/account/factors/enrollment.ts'
import type { RemoveRefusal } from '../../../core/account/factors/removal.ts'
import type { SensitiveRefusal } from '../../../core/account/sessions/session.ts'
import type { TotpAuthenticatorView } from '../../../core/account/record/views.ts'
import { viewTotpAuthenticators } from '../../../core/account/record/views.ts'
import type { Confirmed } from './enrolled.ts'
import { enrolled } from './enrolled.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { codeInput } from '../../loop/kernel.ts'
import type { Failure, PageCall, SensitiveCall } from '../call/page-call.ts'
import { failure, labelOf, runFor, sealGrant, signedOut, text } from '../call/page-call.ts'

export interface Totp {
  /**
   * Step 1 of 3: a new secret, shown once, to be confirmed within 30 minutes. The first factor asks for a primary
   * authentication not older than 10 minutes, every other for a proof.
   *
   * @contract effect(describe, storage) · ok|signed-out|step-up|reauthenticate|not-allowed|deactivate-first|passkey-only|too-many-authenticators|busy · throws NL_ARGUMENT, NL_CONFIG, NL_DESCRIBE_FAILED, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  enroll(
    input: SensitiveCall & {
      readonly label?: string | undefined
      /** Confirming it switches every other method off in the same commit. */
      readonly switching?: boolean | undefined
    },
  ): Promise<
    | {
        readonly ok: true
        readonly authenticator: string
        readonly label: string
        /** `otpauth://…`, for a QR code drawn locally. */
        readonly uri: string
        /** base32 in groups of four, for typing. */
        readonly key: string
        /** ms since epoch */
        readonly expiresAt: number
      }
    | Failure<EnrollRefusal | 'too-many-authenticators' | 'busy'>
  >
  /**
   * Steps 2 and 3: a code from the app proves the authenticator. With the first factor come the backup codes, shown once.
   *
   * @contract effect(storage, mailer) · ok|signed-out|no-enrollment|deactivate-first|malformed|wrong|too-many-tries|busy · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  confirm(
    input: PageCall & { readonly code: unknown },
  ): Promise<
    | Confirmed
    | Failure<'signed-out' | 'no-enrollment' | 'deactivate-first' | 'malformed' | 'wrong' | 'too-many-tries' | 'busy'>
  >
  /**
   * The confirmed authenticators, oldest first.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   */
  list(
    input: PageCall,
  ): Promise<{ readonly ok: true; readonly authenticators: readonly TotpAuthenticatorView[] } | Failure<'signed-out'>>
  /**
   * Gives a authenticator another name.
   *
   * @contract effect(storage) · ok|signed-out|not-found|busy · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  rename(
    input: PageCall & { readonly authenticator: unknown; readonly label: unknown },
  ): Promise<{ readonly ok: true } | Failure<'signed-out' | 'not-found' | 'busy'>>
  /**
   * Removing the last factor switches 2FA off, and the backup codes go with it.
   *
   * @contract effect(storage, mailer) · ok|signed-out|step-up|reauthenticate|not-found|required-by-policy|passkey-only|busy · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  remove(
    input: SensitiveCall & { readonly authenticator: unknown },
  ): Promise<
    { readonly ok: true; readonly grant: string | null; readonly twoFactor: 'on' | 'off' } | Failure<RemoveRefusal>
  >
  /**
   * Sets a drifted authenticator's clock difference anew, from two codes shown one after the other (RFC 6238 §6).
   *
   * @contract effect(storage, mailer) · drift steps · ok|signed-out|step-up|reauthenticate|not-found|wrong|wait|malformed|factors-off|busy · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  resynchronize(
    input: SensitiveCall & { readonly authenticator: unknown; readonly codes: readonly [unknown, unknown] },
  ): Promise<
    | { readonly ok: true; readonly drift: number }
    | Failure<SensitiveRefusal | 'not-found' | 'wrong' | 'wait' | 'malformed' | 'factors-off'>
  >
}

/** A colon, raw or encoded, would end the issuer in some apps, and a key URI bears only so much of a name [URI-2]. */
function uriLabel(name: string): string {
  const label = cleanText(name, 100)
  const fitting = label.length > otpLimits.label ? cleanText(label, otpLimits.label / 2) : label
  return fitting.replaceAll(/:|%3a/gi, ' ').trim()
}

export function createTotp(kernel: Kernel): Totp {
  return {
    async enroll(input) {
      const label = labelOf(input.label, 'Authenticator')
      const acting = kernel.acting(input.grant, input.proof)
      if (acting === null) return signedOut
      // Asked before the commit: a secret that cannot be shown must not be made.
      const { name } = await kernel.describe(acting.accountId)
      const switching = input.switching === true
      const result = await runFor(kernel, input, enrollTotp, ({ auth }) => ({ auth, label, switching }))
      if (!result.ok) return result
      const { enrollment, secret, expiresAt } = result
      const { algorithm, digits, period } = enrollment
      const account = uriLabel(name) || uriLabel(acting.accountId) || 'account'
      const uri = keyUri({ secret, issuer: kernel.appName, account, algorithm, digits, period })
      return { ok: true, authenticator: enrollment.id, label, uri, key: formatSecret(secret), expiresAt }
    },

    async confirm(input) {
      const code = codeInput(input.code)
      const result = await runFor(kernel, input, confirmTotp, ({ auth }, client) => ({ auth, code, client }))
      return result.ok ? enrolled(kernel, result, input.client) : failure(result)
    },

    async list(input) {
      const entered = await kernel.loadFor(input.grant)
      return entered === null ? signedOut : { ok: true, authenticators: viewTotpAuthenticators(entered.record.state) }
    },

    async rename(input) {
      const authenticator = text(input.authenticator)
      const label = labelOf(input.label, 'Authenticator')
      return runFor(kernel, input, renameTotp, ({ auth }) => ({ auth, authenticator, label }))
    },

    async remove(input) {
      const authenticator = text(input.authenticator)
      const result = await runFor(kernel, input, removeTotp, ({ auth }, client) => ({ auth, authenticator, client }))
      if (!result.ok) return result
      return { ok: true, grant: sealGrant(kernel, result.grant), twoFactor: result.twoFactor }
    },

    async resynchronize(input) {
      const authenticator = text(input.authenticator)
      const given: readonly unknown[] = Array.isArray(input.codes) ? input.codes : []
      const codes = [codeInput(given[0]), codeInput(given[1])] as const
      const result = await runFor(kernel, input, resynchronizeTotp, ({ auth }, client) => ({
        auth,
        authenticator,
        codes,
        client,
      }))
      return result.ok ? result : failure(result)
    },
  }
}
