import { removePasskey } from '../../../core/account/passkeys/remove.ts'
import { renamePasskey } from '../../../core/account/passkeys/rename.ts'
import { setPasskeyOnly } from '../../../core/account/passkeys/set-only.ts'
import { confirmPasskey } from '../../../core/account/passkeys/confirm.ts'
import { registerPasskey } from '../../../core/account/passkeys/register.ts'
import type { PasskeyView } from '../../../core/account/passkeys/view.ts'
import { viewPasskeys } from '../../../core/account/passkeys/view.ts'
import type { PasskeyCreationOptions } from '../../../core/passkeys/index.ts'
import { creationOptions } from '../../../core/passkeys/ceremony-options.ts'
import { readRegistrationResponse } from '../../../core/passkeys/responses.ts'
import type { Confirmed } from './enrolled.ts'
import { enrolled } from './enrolled.ts'
import type { Kernel } from '../../loop/kernel.ts'
import type { Failure, PageCall, SensitiveCall } from '../call/page-call.ts'
import { accountName } from '../call/account-name.ts'
import { labelInput, idInput } from '../call/form-input.ts'
import { runFor, sealGrant, signedOut } from '../call/page-call.ts'
import type { RefusalOf } from '../call/refusal.ts'

export interface Passkeys {
  /**
   * Step 1 of 2: what the browser needs to make a passkey. The first factor asks for a primary authentication of the
   * last 10 minutes, every other factor for a proof.
   *
   * @contract effect(describe, storage)
   *   · ok|signed-out|step-up|reauthenticate|not-allowed|deactivate-first|passkey-only|too-many-passkeys|
   *   not-configured|too-many-changes|busy
   *   · throws NL_ARGUMENT, NL_DESCRIBE_FAILED, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   *   · WebAuthn L3 §7.1
   * @example
   * const asked = await nl.passkeys.register({ grant, proof, label: 'Laptop', client })
   * if (asked.ok) {
   *   req.session.ceremony = asked.ceremony
   *   res.json(asked.options)
   * }
   */
  register(
    input: SensitiveCall & {
      /** What a person typed, or nothing. */
      readonly label?: unknown
      /** Confirming it switches every other method off in the same commit. */
      readonly switching?: boolean | undefined
    },
  ): Promise<
    | {
        readonly ok: true
        /** Keep it in the host's session, and give it back with the answer. */
        readonly ceremony: string
        /** For `navigator.credentials.create`, through `PublicKeyCredential.parseCreationOptionsFromJSON`. */
        readonly options: PasskeyCreationOptions
      }
    | Failure<RefusalOf<typeof registerPasskey> | 'not-configured'>
  >
  /**
   * Step 2: checks what the authenticator made, and keeps it. With the first factor come the backup codes, shown once.
   * Each `ceremony` is good for one answer, right or wrong.
   *
   * @contract effect(storage, mailer)
   *   · ok|signed-out|no-enrollment|wrong|already-registered|synced|too-many-passkeys|deactivate-first|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_… · WebAuthn L3 §7.1
   * @example
   * const { ceremony } = req.session
   * const confirmed = await nl.passkeys.confirm({ grant, ceremony, response: req.body.response, client })
   * if (confirmed.ok) req.session.grant = confirmed.grant
   */
  confirm(
    input: PageCall & {
      readonly ceremony: unknown
      /** The credential's `toJSON()`, or its JSON text. */
      readonly response: unknown
    },
  ): Promise<Confirmed | Failure<RefusalOf<typeof confirmPasskey>>>
  /**
   * The account's passkeys, oldest first.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const listed = await nl.passkeys.list({ grant })
   * if (listed.ok) res.json(listed.passkeys)
   */
  list(
    input: PageCall,
  ): Promise<
    { readonly ok: true; readonly passkeys: readonly PasskeyView[]; readonly only: boolean } | Failure<'signed-out'>
  >
  /**
   * Gives a passkey another name.
   *
   * @contract effect(storage) · ok|signed-out|not-found|too-many-changes|busy
   *   · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * await nl.passkeys.rename({ grant, passkey: req.body.id, label: 'Work laptop', client })
   */
  rename(
    input: PageCall & { readonly passkey: unknown; readonly label: unknown },
  ): Promise<{ readonly ok: true } | Failure<RefusalOf<typeof renamePasskey>>>
  /**
   * Removes a passkey. If it was the last factor, two-factor is off and the backup codes are removed too.
   *
   * @contract effect(storage, mailer)
   *   · ok|signed-out|step-up|reauthenticate|not-found|required-by-policy|passkey-only|too-many-changes|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const removed = await nl.passkeys.remove({ grant, proof, passkey: req.body.id, client })
   * if (removed.ok) req.session.grant = removed.grant
   */
  remove(
    input: SensitiveCall & { readonly passkey: unknown },
  ): Promise<
    | { readonly ok: true; readonly grant: string | null; readonly twoFactor: 'on' | 'off' }
    | Failure<RefusalOf<typeof removePasskey>>
  >
  /**
   * Switches whether only passkeys open the account. Switching on takes two passkeys that verify their user, or one
   * that is synced beside an unused set of backup codes. Switching off takes a proof by passkey, for the purpose
   * `passkey-only`.
   *
   * @contract effect(storage, mailer) · ok|signed-out|step-up|reauthenticate|needs-recovery|unchanged|
   *   too-many-changes|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const set = await nl.passkeys.setOnly({ grant, proof, on: true, client })
   * if (set.ok) req.session.grant = set.grant
   */
  setOnly(
    input: SensitiveCall & { readonly on: boolean },
  ): Promise<{ readonly ok: true; readonly grant: string | null } | Failure<RefusalOf<typeof setPasskeyOnly>>>
}

export function createPasskeys(kernel: Kernel): Passkeys {
  return {
    async register(input) {
      const label = labelInput(input.label, 'Passkey')
      const { passkeys } = kernel.settings
      const acting = kernel.acting(input.grant, input.proof)
      if (acting === null) return signedOut
      if (passkeys === null) return { ok: false, reason: 'not-configured' }
      const { accountId: account } = acting
      // The host is asked before the commit: options without a name could not be shown.
      const name = accountName((await kernel.describe(account)).name, account)
      const switching = input.switching === true
      const result = await runFor(kernel, input, registerPasskey, ({ auth }) => ({ account, auth, label, switching }))
      if (!result.ok) return result
      const { ceremony, handle, exclude } = result
      const user = { handle, name, displayName: name }
      const { relyingParty } = passkeys
      return {
        ok: true,
        ceremony: kernel.seal('ceremony', ceremony),
        options: creationOptions({ relyingParty, challenge: ceremony.id, user, exclude }),
      }
    },

    async confirm(input) {
      const acting = kernel.acting(input.grant)
      if (acting === null) return signedOut
      const ceremony = kernel.open('ceremony', input.ceremony)
      if (ceremony?.account !== acting.accountId) return { ok: false, reason: 'no-enrollment' }
      const response = readRegistrationResponse(input.response)
      if (response === null) return { ok: false, reason: 'wrong' }
      const result = await runFor(kernel, input, confirmPasskey, ({ auth }, client) => ({
        auth,
        ceremony,
        response,
        client,
      }))
      return result.ok ? enrolled(kernel, result, input.client) : result
    },

    async list(input) {
      const signedIn = await kernel.loadSignedIn(input.grant)
      if (signedIn === null) return signedOut
      const { state } = signedIn.record
      return { ok: true, passkeys: viewPasskeys(state), only: state.passkey.only }
    },

    async rename(input) {
      const passkey = idInput(input.passkey)
      const label = labelInput(input.label, 'Passkey')
      return runFor(kernel, input, renamePasskey, ({ auth }) => ({ auth, passkey, label }))
    },

    async remove(input) {
      const passkey = idInput(input.passkey)
      const result = await runFor(kernel, input, removePasskey, ({ auth }, client) => ({ auth, passkey, client }))
      if (!result.ok) return result
      return { ok: true, grant: sealGrant(kernel, result.grant), twoFactor: result.twoFactor }
    },

    async setOnly(input) {
      const on = input.on === true
      const result = await runFor(kernel, input, setPasskeyOnly, ({ auth }, client) => ({ auth, on, client }))
      return result.ok ? { ok: true, grant: sealGrant(kernel, result.grant) } : result
    },
  }
}
