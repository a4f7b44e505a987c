import { formatSecret } from '../../../core/otp/base32.ts'
import { keyUri } from '../../../core/otp/key-uri.ts'
import { otpLimits } from '../../../core/otp/limits.ts'
import { confirmTotp } from '../../../core/account/totp/confirm.ts'
import { enrollTotp } from '../../../core/account/totp/enroll.ts'
import { removeTotp } from '../../../core/account/totp/remove.ts'
import { renameTotp } from '../../../core/account/totp/rename.ts'
import { resynchronizeTotp } from '../../../core/account/totp/resynchronize.ts'
import type { TotpAuthenticatorView } from '../../../core/account/totp/view.ts'
import { viewTotpAuthenticators } from '../../../core/account/totp/view.ts'
import type { Confirmed } from './enrolled.ts'
import { enrolled } from './enrolled.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { accountName } from '../call/account-name.ts'
import type { Failure, PageCall, SensitiveCall } from '../call/page-call.ts'
import { failure, runFor, sealGrant, signedOut } from '../call/page-call.ts'
import { cleanName, codeInput, idInput, labelInput } from '../call/form-input.ts'
import type { RefusalOf } from '../call/refusal.ts'

export interface Totp {
  /**
   * Step 1 of 3: makes a new secret, shown once, to be confirmed within 30 minutes. The first factor asks for a primary
   * authentication of the last 10 minutes, every other factor for a proof.
   *
   * @contract effect(describe, storage)
   *   · ok|signed-out|step-up|reauthenticate|not-allowed|deactivate-first|passkey-only|too-many-authenticators|
   *   too-many-changes|busy
   *   · throws NL_ARGUMENT, NL_CONFIG, NL_DESCRIBE_FAILED, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const enrolled = await nl.totp.enroll({ grant, proof, label: 'Phone', client })
   * if (enrolled.ok) res.json({ qr: await qrSvg(enrolled.uri), key: enrolled.key })
   */
  enroll(
    input: SensitiveCall & {
      /** What a person typed, or nothing. */
      readonly label?: unknown
      /** Confirming it switches every other method off in the same commit. */
      readonly switching?: boolean | undefined
    },
  ): Promise<
    | {
        readonly ok: true
        readonly authenticator: string
        readonly label: string
        /** `otpauth://…`, for a QR code that your own server draws. */
        readonly uri: string
        /** base32 in groups of four, for typing. */
        readonly key: string
        /** ms since epoch */
        readonly expiresAt: number
      }
    | Failure<RefusalOf<typeof enrollTotp>>
  >
  /**
   * Steps 2 and 3: a code from the app proves the authenticator. With the first factor come the backup codes, shown
   * once.
   *
   * @contract effect(storage, mailer)
   *   · ok|signed-out|no-enrollment|deactivate-first|malformed|wrong|too-many-tries|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const confirmed = await nl.totp.confirm({ grant, code: req.body.code, client })
   * if (confirmed.ok) {
   *   req.session.grant = confirmed.grant
   *   res.json({ backupCodes: confirmed.backupCodes })
   * }
   */
  confirm(input: PageCall & { readonly code: unknown }): Promise<Confirmed | Failure<RefusalOf<typeof confirmTotp>>>
  /**
   * The confirmed authenticators, oldest first.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const listed = await nl.totp.list({ grant })
   * if (listed.ok) res.json(listed.authenticators)
   */
  list(
    input: PageCall,
  ): Promise<{ readonly ok: true; readonly authenticators: readonly TotpAuthenticatorView[] } | Failure<'signed-out'>>
  /**
   * Gives an authenticator another name.
   *
   * @contract effect(storage) · ok|signed-out|not-found|too-many-changes|busy
   *   · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * await nl.totp.rename({ grant, authenticator: req.body.id, label: 'Tablet', client })
   */
  rename(
    input: PageCall & { readonly authenticator: unknown; readonly label: unknown },
  ): Promise<{ readonly ok: true } | Failure<RefusalOf<typeof renameTotp>>>
  /**
   * Removes an authenticator. If it was the last factor, two-factor is off and the backup codes are removed too.
   *
   * @contract effect(storage, mailer)
   *   · ok|signed-out|step-up|reauthenticate|not-found|required-by-policy|passkey-only|too-many-changes|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const removed = await nl.totp.remove({ grant, proof, authenticator: req.body.id, client })
   * if (removed.ok) req.session.grant = removed.grant
   */
  remove(
    input: SensitiveCall & { readonly authenticator: unknown },
  ): Promise<
    | { readonly ok: true; readonly grant: string | null; readonly twoFactor: 'on' | 'off' }
    | Failure<RefusalOf<typeof removeTotp>>
  >
  /**
   * Sets the clock difference of an authenticator anew, from two codes that it showed one after the other (RFC 6238
   * §6).
   *
   * @contract effect(storage, mailer) · drift steps
   *   · ok|signed-out|step-up|reauthenticate|not-found|wrong|used|wait|malformed|factors-off|too-many-changes|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const { id, first, second } = req.body
   * await nl.totp.resynchronize({ grant, proof, authenticator: id, codes: [first, second], client })
   */
  resynchronize(
    input: SensitiveCall & { readonly authenticator: unknown; readonly codes: readonly [unknown, unknown] },
  ): Promise<{ readonly ok: true; readonly drift: number } | Failure<RefusalOf<typeof resynchronizeTotp>>>
}

/** Some apps end the issuer at a colon, raw or encoded, and a key URI has room for a short name only [URI-2]. */
function uriLabel(name: string): string {
  const fitting = name.length > otpLimits.label ? cleanName(name, otpLimits.label / 2) : name
  return fitting.replaceAll(/:|%3a/gi, ' ').trim()
}

export function createTotp(kernel: Kernel): Totp {
  return {
    async enroll(input) {
      const label = labelInput(input.label, 'Authenticator')
      const acting = kernel.acting(input.grant, input.proof)
      if (acting === null) return signedOut
      // The host is asked before the commit: a secret that cannot be shown must not be made.
      const { name } = await kernel.describe(acting.accountId)
      const switching = input.switching === true
      const result = await runFor(kernel, input, enrollTotp, ({ auth }) => ({ auth, label, switching }))
      if (!result.ok) return result
      const { enrollment, secret, expiresAt } = result
      const { algorithm, digits, period } = enrollment
      const { accountId } = acting
      const account = uriLabel(accountName(name, accountId)) || uriLabel(accountName('', accountId)) || 'account'
      const uri = keyUri({ secret, issuer: kernel.appName, account, algorithm, digits, period })
      return { ok: true, authenticator: enrollment.id, label, uri, key: formatSecret(secret), expiresAt }
    },

    async confirm(input) {
      const code = codeInput(input.code)
      const result = await runFor(kernel, input, confirmTotp, ({ auth }, client) => ({ auth, code, client }))
      return result.ok ? enrolled(kernel, result, input.client) : failure(result)
    },

    async list(input) {
      const signedIn = await kernel.loadSignedIn(input.grant)
      return signedIn === null ? signedOut : { ok: true, authenticators: viewTotpAuthenticators(signedIn.record.state) }
    },

    async rename(input) {
      const authenticator = idInput(input.authenticator)
      const label = labelInput(input.label, 'Authenticator')
      return runFor(kernel, input, renameTotp, ({ auth }) => ({ auth, authenticator, label }))
    },

    async remove(input) {
      const authenticator = idInput(input.authenticator)
      const result = await runFor(kernel, input, removeTotp, ({ auth }, client) => ({ auth, authenticator, client }))
      if (!result.ok) return result
      return { ok: true, grant: sealGrant(kernel, result.grant), twoFactor: result.twoFactor }
    },

    async resynchronize(input) {
      const authenticator = idInput(input.authenticator)
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
