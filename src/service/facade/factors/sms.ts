import { confirmSms } from '../../../core/account/sms/confirm.ts'
import { enrollSms } from '../../../core/account/sms/enroll.ts'
import { removeSms } from '../../../core/account/sms/remove.ts'
import { resendSms } from '../../../core/account/sms/resend.ts'
import type { SmsNumberView } from '../../../core/account/sms/view.ts'
import { viewSmsNumber } from '../../../core/account/sms/view.ts'
import type { NumberType } from '../../../core/e164.ts'
import type { Confirmed } from './enrolled.ts'
import { enrolled } from './enrolled.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { codeInput } from '../call/form-input.ts'
import type { Failure, PageCall, SensitiveCall } from '../call/page-call.ts'
import { failure, runFor, sealGrant, signedOut } from '../call/page-call.ts'
import type { ReasonOf, RefusalOf } from '../call/refusal.ts'
import type { ReadPhoneOutcome } from '../read-phone.ts'
import { readPhone } from '../read-phone.ts'

/** A code is in the outbox. Sending it, and trying again, is not waited for. Times are ms since epoch. */
export interface SmsQueued {
  readonly ok: true
  readonly status: 'queued'
  /** Masked. */
  readonly to: string
  readonly resendAt: number
  readonly expiresAt: number
}

export interface Sms {
  /**
   * Step 1 of 2: sends a code to a number. The number is no factor before the code came back, and a number that is on
   * stays until then. Any common spelling is read, by the optional peer `libphonenumber-js`. The first factor asks for
   * a primary authentication of the last 10 minutes, every other factor for a proof.
   *
   * @contract effect(storage, sms)
   *   · ok|signed-out|step-up|reauthenticate|malformed|impossible|country|cooldown|hourly|daily|limited|denied|
   *   not-allowed|deactivate-first|passkey-only|not-configured|too-many-changes|busy
   *   · throws NL_CONFIG, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_… · E.164
   * @example
   * const sent = await nl.sms.enroll({ grant, proof, number: req.body.number, client })
   * if (sent.ok) res.send(`A code is on its way to ${sent.to}.`)
   */
  enroll(
    input: SensitiveCall & {
      readonly number: unknown
      /** Confirming it switches every other method off in the same commit. */
      readonly switching?: boolean | undefined
    },
  ): Promise<SmsQueued | Failure<RefusalOf<typeof enrollSms> | ReasonOf<ReadPhoneOutcome> | 'not-configured'>>
  /**
   * Sends one more code for the number that waits to be proven. The code before is void; no wrong code is forgiven.
   *
   * @contract effect(storage, sms)
   *   · ok|signed-out|no-enrollment|country|cooldown|hourly|daily|limited|denied|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const sent = await nl.sms.resend({ grant, client })
   * if (!sent.ok) res.status(429).json({ reason: sent.reason, retryAt: sent.retryAt })
   */
  resend(input: PageCall): Promise<SmsQueued | Failure<RefusalOf<typeof resendSms>>>
  /**
   * Step 2: the code proves the number. With the first factor come the backup codes, shown once.
   *
   * @contract effect(storage, mailer)
   *   · ok|signed-out|no-enrollment|deactivate-first|malformed|expired|wrong|too-many-tries|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const confirmed = await nl.sms.confirm({ grant, code: req.body.code, client })
   * if (confirmed.ok) req.session.grant = confirmed.grant
   */
  confirm(input: PageCall & { readonly code: unknown }): Promise<Confirmed | Failure<RefusalOf<typeof confirmSms>>>
  /**
   * The number that is on, masked. Null if there is none.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const phone = await nl.sms.get({ grant })
   * if (phone.ok) res.json({ number: phone.number?.number ?? null })
   */
  get(input: PageCall): Promise<{ readonly ok: true; readonly number: SmsNumberView | null } | Failure<'signed-out'>>
  /**
   * Removes the number. If it was the last factor, two-factor is off and the backup codes are removed too.
   *
   * @contract effect(storage, mailer)
   *   · ok|signed-out|step-up|reauthenticate|not-found|required-by-policy|passkey-only|too-many-changes|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const removed = await nl.sms.remove({ grant, proof, client })
   * if (removed.ok) req.session.grant = removed.grant
   */
  remove(
    input: SensitiveCall,
  ): Promise<
    | { readonly ok: true; readonly grant: string | null; readonly twoFactor: 'on' | 'off' }
    | Failure<RefusalOf<typeof removeSms>>
  >
}

const costly: readonly NumberType[] = ['premium-rate', 'shared-cost']

/** Numbers typed without a country code are of the default country. */
export function createSms(kernel: Kernel, defaultCountry: string | undefined): Sms {
  return {
    async enroll(input) {
      const acting = kernel.acting(input.grant, input.proof)
      if (acting === null) return signedOut
      const { sms } = kernel.settings
      if (sms === null) return { ok: false, reason: 'not-configured' }
      const read = await readPhone(input.number, defaultCountry)
      if (!read.ok) return read
      const { e164: phone, country, type } = read
      // The person who asks for a message to such a number is not the one who pays for it.
      if (costly.includes(type)) return { ok: false, reason: 'denied' }
      const switching = input.switching === true
      const result = await runFor(kernel, input, enrollSms, ({ auth }, client) => ({
        auth,
        phone,
        country,
        type,
        switching,
        client,
      }))
      return result.ok ? { ...result, status: 'queued' } : failure(result)
    },

    async resend(input) {
      const result = await runFor(kernel, input, resendSms, ({ auth }) => ({ auth }))
      return result.ok ? { ...result, status: 'queued' } : failure(result)
    },

    async confirm(input) {
      const code = codeInput(input.code)
      const result = await runFor(kernel, input, confirmSms, ({ auth }, client) => ({ auth, code, client }))
      return result.ok ? enrolled(kernel, result, input.client) : failure(result)
    },

    async get(input) {
      const signedIn = await kernel.loadSignedIn(input.grant)
      return signedIn === null ? signedOut : { ok: true, number: viewSmsNumber(signedIn.record.state) }
    },

    async remove(input) {
      const result = await runFor(kernel, input, removeSms, ({ auth }, client) => ({ auth, client }))
      if (!result.ok) return result
      return { ok: true, grant: sealGrant(kernel, result.grant), twoFactor: result.twoFactor }
    },
  }
}
