import { sendSignInCode } from '../../../core/account/sign-in/send-code.ts'
import { verifySignIn } from '../../../core/account/sign-in/verify-code.ts'
import type { SignInLimits } from '../../limits/sign-in-limits.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { codeInput } from '../call/form-input.ts'
import { answered, challenged } from './answers.ts'
import { refused } from './outcome.ts'
import type { SignIn } from './sign-in.ts'

/** The calls that answer a challenge with a code, and that ask for one. */
export function createCodeCalls(kernel: Kernel, signInLimits: SignInLimits): Pick<SignIn, 'verify' | 'sendCode'> {
  const user = { kind: 'user' } as const

  return {
    async verify(input) {
      const challenge = kernel.open('challenge', input.challenge)
      const client = kernel.client(input.client, challenge?.account ?? null)
      if (challenge === null) return refused('challenge-ended')
      const accountId = challenge.account
      const limited = await signInLimits.challenge(accountId, client)
      if (limited !== null) return refused('too-many-attempts', limited.retryAt)
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
      const limited = await signInLimits.challenge(accountId, client)
      if (limited !== null) return refused('too-many-attempts', limited.retryAt)
      const run = { accountId, command: { challenge, client }, actor: user, client, session: null }
      const answer = await kernel.run({ ...run, useCase: sendSignInCode })
      if (answer.status === 'busy') return refused('busy')
      if (answer.status === 'absent') return refused('challenge-ended')
      const { result } = answer
      return result.status === 'refused' ? refused(result.reason) : challenged(String(input.challenge), result)
    },
  }
}
