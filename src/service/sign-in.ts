import { argumentError } from '../core/arguments.ts'
import type { Factor, Primary } from '../core/account/factor.ts'
import { primaries } from '../core/account/factor.ts'
import { endSession } from '../core/account/use-cases/end-sessions.ts'
import type { EndSessionResult } from '../core/account/use-cases/end-sessions.ts'
import type { GrantedResult } from '../core/account/use-cases/start-sign-in.ts'
import { startSignIn } from '../core/account/use-cases/start-sign-in.ts'
import { verifySignIn } from '../core/account/use-cases/verify-sign-in.ts'
import { limits } from '../core/limits.ts'
import type { LimiterCharge } from '../ports/limiter.ts'
import { requireAccountId } from './account-id.ts'
import type { ClientInfo, OpenedClient } from './client.ts'
import { sealDevice } from './device-token.ts'
import type { GrantInput, Kernel } from './kernel.ts'
import { codeInput } from './kernel.ts'
import type { Challenged, Granted, MustEnroll, Refused } from './sign-in-outcome.ts'
import { refused } from './sign-in-outcome.ts'

export interface StartInput {
  /** What was typed as the name; counted, never stored as typed. */
  readonly name: unknown
  /** The host's id of the user whose primary authentication was right. */
  readonly accountId: string
  readonly primary: Primary
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
  readonly client?: ClientInfo | undefined
}

export interface SignIn {
  /**
   * After the host found the primary authentication right. Answers with a grant, or asks for a factor.
   *
   * @contract effect(limiter, storage) · granted|challenge|enroll|refused · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  start(input: StartInput): Promise<Granted | Challenged | MustEnroll | Refused>
  /**
   * After the host found it wrong. A fact, never a commit: it touches no factor's count.
   *
   * @contract effect(limiter, storage) · refused · throws NL_ARGUMENT, NL_STORAGE_FAILED
   */
  failed(input: FailedInput): Promise<Refused>
  /**
   * A code for a challenge: from an app or a backup code, in one field.
   *
   * @contract effect(limiter, storage, mailer) · granted|challenge|refused · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  verify(input: VerifyInput): Promise<Granted | Challenged | Refused>
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

const minute = 60_000

export function createSignIn(kernel: Kernel): SignIn {
  /** A browser that the account knows counts for itself: strangers in its network use nothing of its allowance up. */
  const place = ({ deviceNamesAccount, deviceId, network }: OpenedClient): readonly [string, string] =>
    deviceNamesAccount && deviceId !== null ? ['device', deviceId] : ['network', network ?? 'unknown']

  /** `start` and `failed` charge the same keys alike, so that a wait never tells whether the password was right. */
  const admit = async (name: string, accountId: string | null, client: OpenedClient): Promise<Refused | null> => {
    const charges: LimiterCharge[] = [
      { key: kernel.hash('sign-in', name, ...place(client)), limit: 20, windowMs: 15 * minute },
    ]
    // By the name alone there is only a ceiling that sheds load; a browser that this account knows is exempt from it.
    if (!client.deviceNamesAccount)
      charges.push({ key: kernel.hash('sign-in-ceiling', name), limit: 300, windowMs: minute })
    const held = await kernel.admit(charges, 'primary')
    if (held === null) return null
    await kernel.fact(
      accountId,
      {
        type: 'excess_rate_limit_exceeded',
        values: { door: 'primary', name: kernel.hash('name', name), sampled: 1 },
      },
      client,
      { kind: 'stranger' },
    )
    return refused('too-many-attempts', held.retryAt)
  }

  const granted = (result: GrantedResult, client: OpenedClient): Granted => {
    const { grant, deviceId, aal, amr, replacementCode } = result
    return {
      status: 'granted',
      grant: kernel.seal('grant', grant),
      deviceToken: sealDevice(kernel, grant.account, deviceId, client),
      aal,
      amr,
      ...(replacementCode === undefined ? {} : { replacementCode }),
    }
  }

  return {
    async start(input) {
      const { accountId, primary } = input
      requireAccountId(accountId, 'accountId')
      if (!primaries.includes(primary)) throw argumentError('primary', `one of ${primaries.join(', ')}`)
      const client = kernel.client(input.client, accountId)
      const held = await admit(normalizeName(input.name), accountId, client)
      if (held !== null) return held
      const answer = await kernel.run({
        accountId,
        useCase: startSignIn,
        command: { account: accountId, primary, client },
        actor: { kind: 'user' },
        client,
        session: null,
        creates: true,
      })
      if (answer.status !== 'result') return refused('busy')
      const { result } = answer
      if (result.status === 'granted') return granted(result, client)
      if (result.status === 'refused') return refused(result.reason)
      if (result.status === 'enroll') {
        const { grant, needs, until } = result
        return { status: 'enroll', grant: kernel.seal('grant', grant), needs, until }
      }
      const { challenge, factors, preferred, triesLeft, retryAt } = result
      return {
        status: 'challenge',
        challenge: kernel.seal('challenge', challenge),
        factors,
        preferred,
        triesLeft,
        ...(retryAt === null ? {} : { retryAt }),
      }
    },

    async failed(input) {
      const accountId = input.accountId ?? null
      if (accountId !== null) requireAccountId(accountId, 'accountId')
      const client = kernel.client(input.client, accountId)
      const name = normalizeName(input.name)
      const held = await admit(name, accountId, client)
      if (held !== null) return held
      await kernel.fact(
        accountId,
        { type: 'authn_login_fail', values: { name: kernel.hash('name', name), known: accountId !== null } },
        client,
        { kind: 'stranger' },
      )
      return refused('wrong-credentials')
    },

    async verify(input) {
      const challenge = kernel.open('challenge', input.challenge)
      const client = kernel.client(input.client, challenge?.account ?? null)
      if (challenge === null) return refused('challenge-ended')
      const accountId = challenge.account
      const held = await kernel.admit(
        [
          {
            key: kernel.hash('code', accountId, ...place(client)),
            limit: 60,
            windowMs: minute,
          },
        ],
        'sign-in',
      )
      if (held !== null) {
        const fact = { type: 'excess_rate_limit_exceeded', values: { door: 'sign-in', sampled: 1 } } as const
        await kernel.fact(accountId, fact, client, { kind: 'user' })
        return refused('too-many-attempts', held.retryAt)
      }
      const answer = await kernel.run({
        accountId,
        useCase: verifySignIn,
        command: { challenge, code: codeInput(input.code), factor: input.factor ?? null, client },
        actor: { kind: 'user' },
        client,
        session: null,
      })
      if (answer.status === 'busy') return refused('busy')
      if (answer.status === 'absent') return refused('challenge-ended')
      const { result } = answer
      if (result.status === 'granted') return granted(result, client)
      if (result.status === 'refused') return refused(result.reason)
      const { factors, preferred, reason, triesLeft, retryAt } = result
      return {
        status: 'challenge',
        challenge: String(input.challenge),
        factors,
        preferred,
        reason,
        triesLeft,
        ...(retryAt === null ? {} : { retryAt }),
      }
    },

    async ended(input) {
      const acting = kernel.acting(input.grant)
      if (acting === null) return { ok: false, reason: 'signed-out' }
      const { accountId, auth, actor, session } = acting
      const client = kernel.client(input.client, accountId)
      const answer = await kernel.run({
        accountId,
        useCase: endSession,
        command: { auth, session: null },
        actor,
        client,
        session,
      })
      if (answer.status === 'busy') return { ok: false, reason: 'busy' }
      const result: EndSessionResult = answer.status === 'absent' ? { ok: false, reason: 'signed-out' } : answer.result
      return result.ok ? result : { ok: false, reason: 'signed-out' }
    },
  }
}

/** One spelling for what a limiter counts. A form may send anything. */
function normalizeName(name: unknown): string {
  if (typeof name !== 'string') return ''
  // Trimmed before it is cut: spaces in front would otherwise leave a new beginning of the name each time.
  return name.trim().slice(0, limits.nameLength).normalize('NFKC').trim().toLowerCase()
}
