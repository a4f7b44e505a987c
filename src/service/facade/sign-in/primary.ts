import { argumentError } from '../../../core/arguments.ts'
import type { HostPrimary } from '../../../core/factor.ts'
import { primaries } from '../../../core/factor.ts'
import { recoverSignIn } from '../../../core/account/sign-in/recover.ts'
import { startSignIn } from '../../../core/account/sign-in/start.ts'
import { limits } from '../../../core/limits.ts'
import { requireAccountId } from '../../keys/account-id.ts'
import type { SignInLimits } from '../../limits/sign-in-limits.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { codeInput } from '../call/form-input.ts'
import { challenged, granted } from './answers.ts'
import { refused } from './outcome.ts'
import type { SignIn } from './sign-in.ts'

/** The calls that come after the host's own login. */
export function createPrimaryCalls(
  kernel: Kernel,
  signInLimits: SignInLimits,
): Pick<SignIn, 'start' | 'failed' | 'recover'> {
  const user = { kind: 'user' } as const

  return {
    async start(input) {
      const { accountId, primary } = input
      requireStart(accountId, primary)
      const client = kernel.client(input.client, accountId)
      const limited = await signInLimits.primary(normalizeName(input.name), accountId, client)
      if (limited !== null) return refused('too-many-attempts', limited.retryAt)
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
      const limited = await signInLimits.primary(name, accountId, client)
      if (limited !== null) return refused('too-many-attempts', limited.retryAt)
      const values = { name: kernel.hash('name', name), known: accountId !== null }
      await kernel.recordFact(accountId, { type: 'authn_login_fail', values }, client, { kind: 'stranger' })
      return refused('wrong-credentials')
    },

    async recover(input) {
      const { accountId, primary } = input
      requireStart(accountId, primary)
      const client = kernel.client(input.client, accountId)
      const limited = await signInLimits.primary(normalizeName(input.name), accountId, client)
      if (limited !== null) return refused('too-many-attempts', limited.retryAt)
      const command = { account: accountId, primary, code: codeInput(input.code), client }
      const run = { accountId, command, actor: user, client, session: null }
      const answer = await kernel.run({ ...run, useCase: recoverSignIn })
      if (answer.status === 'busy') return refused('busy')
      if (answer.status === 'absent' || answer.result.status === 'refused') return refused('wrong-credentials')
      const { grant, needs, until } = answer.result
      return { status: 'enroll', grant: kernel.seal('grant', grant), needs, until }
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
  // Trimmed before it is cut: else each number of spaces in front would make a new name.
  return name.trim().slice(0, limits.nameLength).normalize('NFKC').trim().toLowerCase()
}
