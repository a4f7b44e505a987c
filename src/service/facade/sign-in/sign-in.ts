import { argumentError } from '../../../core/arguments.ts'
import type { Factor, HostPrimary } from '../../../core/factor.ts'
import { primaries } from '../../../core/factor.ts'
import { endSession } from '../../../core/account/sessions/end-sessions.ts'
import type { EndSessionResult } from '../../../core/account/sessions/end-sessions.ts'
import { recoverSignIn } from '../../../core/account/sign-in/recover.ts'
import { sendSignInCode } from '../../../core/account/sign-in/send-code.ts'
import { startSignIn } from '../../../core/account/sign-in/start.ts'
import { verifySignIn } from '../../../core/account/sign-in/verify-code.ts'
import { limits } from '../../../core/limits.ts'
import { requireAccountId } from '../../keys/account-id.ts'
import type { ClientInfo } from '../../keys/client.ts'
import type { GrantInput, Kernel } from '../../loop/kernel.ts'
import { codeInput } from '../../loop/kernel.ts'
import type { PasskeySignIn } from './passkey.ts'
import { later } from '../call/later.ts'
import { answered, challenged, granted } from './answers.ts'
import { createSignInLimits } from '../../limits/sign-in-limits.ts'
import type { Challenged, Granted, MustEnroll, Refused } from './outcome.ts'
import { refused } from './outcome.ts'

export interface StartInput {
  /** What was typed as the name; counted, never stored as typed. */
  readonly name: unknown
  /** The host's id of the user whose primary authentication was right. */
  readonly accountId: string
  readonly primary: HostPrimary
  readonly client?: ClientInfo | undefined
}

export interface FailedInput {
  readonly name: unknown
  /** Absent when the name is nobody's. */
  readonly accountId?: string | null | undefined
  readonly client?: ClientInfo | undefined
}

export interface VerifyInput {
  readonly challenge: unknown
  readonly code: unknown
  /** Only to insist on one; by default the text's shape decides. */
  readonly factor?: Factor | undefined
  /** The person ticked "trust this browser". Nothing without the option `trustedDevices`. */
  readonly trustDevice?: boolean | undefined
  readonly client?: ClientInfo | undefined
}

export interface SignIn extends PasskeySignIn {
  /**
   * After the host found the primary authentication right. Answers with a grant, or asks for a factor. Where codes by SMS
   * are what the account is asked for first, one goes out.
   *
   * @contract effect(limiter, storage, sms) · granted|challenge|enroll|refused · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  start(input: StartInput): Promise<Granted | Challenged | MustEnroll | Refused>
  /**
   * After the host found it wrong. A fact, never a commit: it touches no factor's count.
   *
   * @contract effect(limiter, storage) · refused · throws NL_ARGUMENT, NL_STORAGE_FAILED
   */
  failed(input: FailedInput): Promise<Refused>
  /**
   * A code for a challenge: from an app, by SMS or a backup code, in one field.
   *
   * @contract effect(limiter, storage, mailer) · granted|challenge|refused · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  verify(input: VerifyInput): Promise<Granted | Challenged | Refused>
  /**
   * Sends a code by SMS for a challenge, the first or one more; the one before is void. The answer's `sms` says what came
   * of it.
   *
   * @contract effect(limiter, storage, sms) · challenge|refused · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  sendCode(input: {
    readonly challenge: unknown
    readonly client?: ClientInfo | undefined
  }): Promise<Challenged | Refused>
  /**
   * For an account that only passkeys open, and whose passkeys are lost: after the host found the primary authentication
   * right, a backup code gives a grant that is good only for registering a new passkey. Everything else reads like a
   * wrong password.
   *
   * @contract effect(limiter, storage, mailer) · enroll|refused · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  recover(input: StartInput & { readonly code: unknown }): Promise<MustEnroll | Refused>
  /**
   * The host's user signed out: the session leaves the list.
   *
   * @contract effect(storage) · ok|signed-out|busy · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  ended(input: {
    readonly grant: GrantInput
    readonly client?: ClientInfo | undefined
  }): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: 'signed-out' | 'busy' }>
}

export function createSignIn(kernel: Kernel): SignIn {
  const admits = createSignInLimits(kernel)
  const user = { kind: 'user' } as const

  return {
    ...later<PasskeySignIn>({ passkeyOptions: true, verifyPasskey: true }, async () =>
      (await import('./passkey.ts')).createPasskeySignIn(kernel, admits),
    ),

    async start(input) {
      const { accountId, primary } = input
      requireStart(accountId, primary)
      const client = kernel.client(input.client, accountId)
      const held = await admits.primary(normalizeName(input.name), accountId, client)
      if (held !== null) return held
      const command = { account: accountId, primary, client }
      const run = { accountId, command, actor: user, client, session: null }
      const answer = await kernel.run({ ...run, useCase: startSignIn, creates: true })
      if (answer.status !== 'result') return refused('busy')
      const { result } = answer
      if (result.status === 'granted') return granted(kernel, result, client)
      if (result.status === 'refused') return refused(result.reason)
      if (result.status === 'challenge') return challenged(kernel.seal('challenge', result.challenge), result)
      const { grant, needs, until } = result
      return { status: 'enroll', grant: kernel.seal('grant', grant), needs, until }
    },

    async failed(input) {
      const accountId = input.accountId ?? null
      if (accountId !== null) requireAccountId(accountId, 'accountId')
      const client = kernel.client(input.client, accountId)
      const name = normalizeName(input.name)
      const held = await admits.primary(name, accountId, client)
      if (held !== null) return held
      const values = { name: kernel.hash('name', name), known: accountId !== null }
      await kernel.fact(accountId, { type: 'authn_login_fail', values }, client, { kind: 'stranger' })
      return refused('wrong-credentials')
    },

    async verify(input) {
      const challenge = kernel.open('challenge', input.challenge)
      const client = kernel.client(input.client, challenge?.account ?? null)
      if (challenge === null) return refused('challenge-ended')
      const accountId = challenge.account
      const held = await admits.challenge(accountId, client)
      if (held !== null) return held
      const { factor = null } = input
      const code = codeInput(input.code)
      const command = { challenge, code, factor, client, trust: input.trustDevice === true }
      const run = { accountId, command, actor: user, client, session: null }
      const answer = await kernel.run({ ...run, useCase: verifySignIn })
      return answered(kernel, answer, { text: input.challenge, client })
    },

    async sendCode(input) {
      const challenge = kernel.open('challenge', input.challenge)
      const client = kernel.client(input.client, challenge?.account ?? null)
      if (challenge === null) return refused('challenge-ended')
      const accountId = challenge.account
      const held = await admits.challenge(accountId, client)
      if (held !== null) return held
      const run = { accountId, command: { challenge, client }, actor: user, client, session: null }
      const answer = await kernel.run({ ...run, useCase: sendSignInCode })
      if (answer.status === 'busy') return refused('busy')
      if (answer.status === 'absent') return refused('challenge-ended')
      const { result } = answer
      return result.status === 'refused' ? refused(result.reason) : challenged(String(input.challenge), result)
    },

    async recover(input) {
      const { accountId, primary } = input
      requireStart(accountId, primary)
      const client = kernel.client(input.client, accountId)
      const held = await admits.primary(normalizeName(input.name), accountId, client)
      if (held !== null) return held
      const command = { account: accountId, primary, code: codeInput(input.code), client }
      const run = { accountId, command, actor: user, client, session: null }
      const answer = await kernel.run({ ...run, useCase: recoverSignIn })
      if (answer.status === 'busy') return refused('busy')
      if (answer.status === 'absent' || answer.result.status === 'refused') return refused('wrong-credentials')
      const { grant, needs, until } = answer.result
      return { status: 'enroll', grant: kernel.seal('grant', grant), needs, until }
    },

    async ended(input) {
      const acting = kernel.acting(input.grant)
      if (acting === null) return { ok: false, reason: 'signed-out' }
      const { accountId, auth, actor, session } = acting
      const client = kernel.client(input.client, accountId)
      const run = { accountId, command: { auth, session: null }, actor, client, session }
      const answer = await kernel.run({ ...run, useCase: endSession })
      if (answer.status === 'busy') return { ok: false, reason: 'busy' }
      const result: EndSessionResult = answer.status === 'absent' ? { ok: false, reason: 'signed-out' } : answer.result
      return result.ok ? result : { ok: false, reason: 'signed-out' }
    },
  }
}

function requireStart(accountId: unknown, primary: HostPrimary): void {
  requireAccountId(accountId, 'accountId')
  if (!primaries.includes(primary)) throw argumentError('primary', `one of ${primaries.join(', ')}`)
}

/** One spelling for what a limiter counts. A form may send anything. */
function normalizeName(name: unknown): string {
  if (typeof name !== 'string') return ''
  // Trimmed before it is cut: spaces in front would otherwise leave a new beginning of the name each time.
  return name.trim().slice(0, limits.nameLength).normalize('NFKC').trim().toLowerCase()
}
