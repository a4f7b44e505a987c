import type { Factor } from '../../core/factor.ts'
import type { StepUpPurpose } from '../../core/flow.ts'
import { hasFactor, liveFactors, preferredFactor } from '../../core/account/factors/live-factors.ts'
import { isFresh } from '../../core/account/sessions/authorization.ts'
import type { Proven as ProvenResult } from '../../core/account/step-up/prove.ts'
import { sendStepUpCode } from '../../core/account/step-up/send-code.ts'
import { verifyStepUp } from '../../core/account/step-up/verify-code.ts'
import { verifyStepUpPasskey } from '../../core/account/step-up/verify-passkey.ts'
import { readAssertionResponse } from '../../core/passkeys/responses.ts'
import type { Kernel } from '../loop/kernel.ts'
import { codeInput, factorInput, purposeInput } from './call/form-input.ts'
import type { PasskeyRequest } from './call/ask-passkey.ts'
import { askPasskey } from './call/ask-passkey.ts'
import type { Failure, PageCall } from './call/page-call.ts'
import { failure, runFor, signedOut } from './call/page-call.ts'
import type { RefusalOf } from './call/refusal.ts'
import type { SmsQueued } from './factors/sms.ts'

/** For a sensitive change: good once, for this session and purpose. */
export interface Proven {
  readonly ok: true
  readonly proof: string
  /** ms since epoch */
  readonly expiresAt: number
  /** The session's new grant, whose age begins anew. Keep it instead of the one before [SES-3]. */
  readonly grant: string
}

export interface StepUp {
  /**
   * What a sensitive change would need now: one of `factors`, or a new sign-in. `purpose` is `factors` or
   * `passkey-only`.
   *
   * @contract effect(storage) · ok|signed-out|malformed · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const step = await nl.stepUp.start({ grant, purpose: 'factors' })
   * if (step.ok && step.needs === 'reauthentication') res.redirect('/login')
   */
  start(input: PageCall & { readonly purpose: StepUpPurpose }): Promise<
    | {
        readonly ok: true
        /** `nothing`: no factor is enrolled and the primary authentication is fresh. */
        readonly needs: 'factor' | 'reauthentication' | 'nothing'
        readonly factors: readonly Factor[]
        readonly preferred: Factor | null
      }
    | Failure<'signed-out' | 'malformed'>
  >
  /**
   * A code gives a proof. It is good once, within five minutes, for this session and purpose. The session gets a new
   * grant.
   *
   * @contract effect(storage, mailer) · expiresAt ms
   *   · ok|signed-out|not-on|passkey-needed|wrong|used|wait|malformed|expired|factors-off|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const proven = await nl.stepUp.verify({ grant, purpose: 'factors', code: req.body.code, client })
   * if (proven.ok) {
   *   req.session.proof = proven.proof
   *   req.session.grant = proven.grant
   * }
   */
  verify(
    input: PageCall & {
      readonly purpose: StepUpPurpose
      readonly code: unknown
      /** Only to insist on one factor. By default the shape of the text decides. */
      readonly factor?: unknown
    },
  ): Promise<Proven | Failure<RefusalOf<typeof verifyStepUp>>>
  /**
   * Sends a code by SMS for a step-up of this session, to the number of the account.
   *
   * @contract effect(storage, sms)
   *   · ok|signed-out|no-number|wait|country|cooldown|hourly|daily|limited|denied|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const sent = await nl.stepUp.sendCode({ grant, client })
   * if (sent.ok) res.json({ sentTo: sent.to })
   */
  sendCode(input: PageCall): Promise<SmsQueued | Failure<RefusalOf<typeof sendStepUpCode>>>
  /**
   * What the browser needs to ask for a passkey.
   *
   * @contract effect(storage) · ok|signed-out|not-configured|no-passkey
   *   · throws NL_STORAGE_FAILED, NL_RECORD_… · WebAuthn L3 §7.2
   * @example
   * const asked = await nl.stepUp.passkeyOptions({ grant })
   * if (asked.ok) {
   *   req.session.ceremony = asked.ceremony
   *   res.json(asked.options)
   * }
   */
  passkeyOptions(input: PageCall): Promise<PasskeyRequest | Failure<'signed-out' | 'not-configured' | 'no-passkey'>>
  /**
   * A passkey gives the same proof as a code. A wrong answer voids every `ceremony` that the session has.
   *
   * @contract effect(storage) · expiresAt ms · ok|signed-out|ceremony-ended|wrong|malformed|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_… · WebAuthn L3 §7.2
   * @example
   * const { ceremony } = req.session
   * const { response } = req.body
   * const proven = await nl.stepUp.verifyPasskey({ grant, purpose: 'factors', ceremony, response, client })
   * if (proven.ok) {
   *   req.session.proof = proven.proof
   *   req.session.grant = proven.grant
   * }
   */
  verifyPasskey(
    input: PageCall & { readonly purpose: StepUpPurpose; readonly ceremony: unknown; readonly response: unknown },
  ): Promise<Proven | Failure<RefusalOf<typeof verifyStepUpPasskey> | 'malformed'>>
}

const malformed: Failure<'malformed'> = { ok: false, reason: 'malformed' }

type PasskeyCalls = Pick<StepUp, 'passkeyOptions' | 'verifyPasskey'>

export function createStepUp(kernel: Kernel): StepUp {
  return {
    ...createPasskeyCalls(kernel),

    async start(input) {
      const purpose = purposeInput(input.purpose)
      if (purpose === null) return malformed
      const signedIn = await kernel.loadSignedIn(input.grant)
      if (signedIn === null) return signedOut
      const { acting, record } = signedIn
      const { settings } = kernel
      const live = liveFactors(record.state, settings)
      const factors = purpose === 'passkey-only' ? live.filter((factor) => factor === 'passkey') : live
      const wanted = preferredFactor(record.state, settings)
      const preferred = factors.find((factor) => factor === wanted) ?? factors[0] ?? null
      if (hasFactor(record.state)) return { ok: true, needs: 'factor', factors, preferred }
      const session = record.state.sessions.find((entry) => entry.id === acting.session)
      const fresh = session === undefined || isFresh(session, kernel.now())
      return { ok: true, needs: fresh ? 'nothing' : 'reauthentication', factors, preferred }
    },

    async verify(input) {
      const purpose = purposeInput(input.purpose)
      if (purpose === null) return malformed
      const factor = factorInput(input.factor)
      const code = codeInput(input.code)
      const acting = kernel.acting(input.grant)
      if (acting?.auth.kind !== 'grant') return signedOut
      const { auth } = acting
      const result = await runFor(kernel, input, verifyStepUp, (_, client) => ({ auth, purpose, code, factor, client }))
      return result.ok ? proven(kernel, result) : failure(result)
    },

    async sendCode(input) {
      const acting = kernel.acting(input.grant)
      if (acting?.auth.kind !== 'grant') return signedOut
      const result = await runFor(kernel, input, sendStepUpCode, ({ auth }, client) => ({ auth, client }))
      return result.ok ? { ...result, status: 'queued' } : failure(result)
    },
  }
}

function createPasskeyCalls(kernel: Kernel): PasskeyCalls {
  return {
    async passkeyOptions(input) {
      const signedIn = await kernel.loadSignedIn(input.grant)
      if (signedIn?.acting.auth.kind !== 'grant') return signedOut
      const { acting, record } = signedIn
      const { credentials } = record.state.passkey
      if (credentials.length === 0) return { ok: false, reason: 'no-passkey' }
      const { accountId: account, session } = acting
      const { epoch, sessions } = record.state
      const round = sessions.find(({ id }) => id === session)?.round ?? 0
      const ceremony = { account, purpose: 'step-up', request: session ?? '', round, epoch } as const
      return askPasskey(kernel, ceremony, { allow: credentials, userVerification: 'preferred' })
    },

    async verifyPasskey(input) {
      const purpose = purposeInput(input.purpose)
      if (purpose === null) return malformed
      const acting = kernel.acting(input.grant)
      if (acting?.auth.kind !== 'grant') return signedOut
      const { auth, accountId } = acting
      const ceremony = kernel.open('ceremony', input.ceremony)
      if (ceremony?.account !== accountId) return { ok: false, reason: 'ceremony-ended' }
      const response = readAssertionResponse(input.response)
      if (response === null) return { ok: false, reason: 'wrong' }
      const command = { auth, purpose, ceremony, response }
      const result = await runFor(kernel, input, verifyStepUpPasskey, (_, client) => ({ ...command, client }))
      return result.ok ? proven(kernel, result) : result
    },
  }
}

function proven(kernel: Kernel, { proof, grant }: ProvenResult): Proven {
  return {
    ok: true,
    proof: kernel.seal('proof', proof),
    expiresAt: proof.expiresAt,
    grant: kernel.seal('grant', grant),
  }
}
