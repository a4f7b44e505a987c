import { argumentError } from '../../../core/arguments.ts'
import type { HostPrimary } from '../../../core/factor.ts'
import { primaries } from '../../../core/factor.ts'
import { recoverSignIn } from '../../../core/account/sign-in/recover.ts'
import { answerAtOnce, startSignIn } from '../../../core/account/sign-in/start.ts'
import { limits } from '../../../core/limits.ts'
import { recordIdOf, requireAccountId } from '../../keys/account-id.ts'
import type { PrimaryAttempt, SignInLimits } from '../../limits/sign-in-limits.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { codeInput, isStrongCode } from '../call/form-input.ts'
import { challenged, granted } from './answers.ts'
import type { Refused } from './outcome.ts'
import { refused } from './outcome.ts'
import type { SignIn, StartInput } from './sign-in.ts'

/** The calls that come after the host's own login. */
export function createPrimaryCalls(
  kernel: Kernel,
  signInLimits: SignInLimits,
): Pick<SignIn, 'start' | 'failed' | 'recover'> {
  const user = { kind: 'user' } as const
  /** The answer for a right password is that of a full limiter, so that it does not show. */
  const tooMany = (): Refused => refused('too-many-attempts', kernel.now() + limits.startAgainMs)

  return {
    async start(input) {
      const { accountId, primary } = input
      requireStart(accountId, primary)
      const client = kernel.client(input.client, accountId)
      const attempt = await attemptOf(kernel, input, { accountId, client })
      const admission = await signInLimits.primary(attempt)
      if (!admission.admitted) return refused(admission.reason, admission.retryAt)
      const { charged } = admission
      const command = { account: accountId, primary, client, charged }
      const run = { accountId, command, actor: user, client, session: null }
      const answer = await kernel.run({ ...run, useCase: startSignIn, creates: true, atOnce: answerAtOnce })
      if (answer.status !== 'result') return tooMany()
      const { result } = answer
      if (result.status === 'challenge') return challenged(kernel.seal('challenge', result.challenge), result)
      if (result.status === 'refused') {
        if (result.reason === 'wrong-credentials') signInLimits.failed(attempt)
        return refused(result.reason)
      }
      signInLimits.completed(charged)
      if (result.status === 'granted') return granted(kernel, result, client)
      const { grant, needs, until } = result
      return { status: 'enroll', grant: kernel.seal('grant', grant), needs, until }
    },

    async failed(input) {
      const accountId = input.accountId ?? null
      if (accountId !== null) requireAccountId(accountId, 'accountId')
      // The same work is done for names that an account has and for names that nobody has [THR-12].
      const hash = await kernel.nameHash()
      const nobody = hash('nobody', normalizeName(input.name))
      const asked = accountId ?? nobody
      const client = kernel.client(input.client, asked)
      const attempt = await attemptOf(kernel, input, { accountId, client })
      const admission = await signInLimits.primary(attempt)
      if (!admission.admitted) return refused(admission.reason, admission.retryAt)
      // `start` reads the record too. Nothing of it is needed here.
      await kernel.storage.load(recordIdOf(asked))
      signInLimits.failed(attempt)
      const values = { name: attempt.nameHash, known: accountId !== null, sampled: 1 }
      kernel.recordFact(accountId, { type: 'authn_login_fail', values }, client, { kind: 'stranger' })
      return refused('wrong-credentials')
    },

    async recover(input) {
      const { accountId, primary } = input
      requireStart(accountId, primary)
      const client = kernel.client(input.client, accountId)
      const attempt = await attemptOf(kernel, input, { accountId, client })
      const admission = await signInLimits.primary(attempt)
      if (!admission.admitted) return refused(admission.reason, admission.retryAt)
      const code = codeInput(input.code)
      const command = { account: accountId, primary, code, client }
      const run = { accountId, command, actor: user, client, session: null, strong: isStrongCode(code) }
      const answer = await kernel.run({ ...run, useCase: recoverSignIn })
      if (answer.status === 'busy') return tooMany()
      if (answer.status === 'absent' || answer.result.status === 'refused') {
        signInLimits.failed(attempt)
        return refused('wrong-credentials')
      }
      signInLimits.completed(admission.charged)
      const { grant, needs, until } = answer.result
      return { status: 'enroll', grant: kernel.seal('grant', grant), needs, until }
    },
  }
}

async function attemptOf(
  kernel: Kernel,
  input: Pick<StartInput, 'name' | 'answer'>,
  who: Pick<PrimaryAttempt, 'accountId' | 'client'>,
): Promise<PrimaryAttempt> {
  const name = normalizeName(input.name)
  const hash = await kernel.nameHash()
  return { ...who, name, nameHash: hash('name', name), answer: input.answer }
}

function requireStart(accountId: unknown, primary: HostPrimary): void {
  requireAccountId(accountId, 'accountId')
  if (!primaries.includes(primary)) throw argumentError('primary', `one of ${primaries.join(', ')}`)
}

/**
 * Characters that show nothing. Databases that compare by language skip them. So with them one name would have endless
 * spellings.
 */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]/gu

/** One spelling for what a limiter counts. A form may send anything. */
function normalizeName(name: unknown): string {
  if (typeof name !== 'string') return ''
  // Trimmed before it is cut. Otherwise spaces in front would make new names.
  const shown = name.replace(invisible, '').trim().slice(0, limits.nameLength)
  // By way of capitals, because some of them have several small letters: ς and σ, ß and ss.
  return shown.normalize('NFKC').trim().toUpperCase().toLowerCase()
}
