import { sendSignInCode } from '../../../core/account/sign-in/send-code.ts'
import { verifySignIn } from '../../../core/account/sign-in/verify-code.ts'
import type { SignInLimits } from '../../limits/sign-in-limits.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { codeInput, factorInput, isStrongCode } from '../call/form-input.ts'
import { answered, challenged } from './answers.ts'
import { openChallenge } from './open-challenge.ts'
import { refused } from './outcome.ts'
import type { SignIn } from './sign-in.ts'

/** The calls that answer a challenge with a code, and that ask for one. */
export function createCodeCalls(kernel: Kernel, signInLimits: SignInLimits): Pick<SignIn, 'verify' | 'sendCode'> {
  const user = { kind: 'user' } as const

  return {
    async verify(input) {
      const opened = await openChallenge(kernel, signInLimits, input)
      if ('status' in opened) return opened
      const { challenge, client } = opened
      const factor = factorInput(input.factor)
      const code = codeInput(input.code)
      const command = { challenge, code, factor, client, trust: input.trustDevice === true }
      const run = { accountId: challenge.account, command, actor: user, client, session: null, token: challenge }
      const answer = await kernel.run({ ...run, useCase: verifySignIn, strong: isStrongCode(code) })
      const outcome = answered(kernel, answer, { text: input.challenge, client })
      if (outcome.status === 'granted') signInLimits.completed(challenge)
      return outcome
    },

    async sendCode(input) {
      const opened = await openChallenge(kernel, signInLimits, input)
      if ('status' in opened) return opened
      const { challenge, client } = opened
      const command = { challenge, client }
      const run = { accountId: challenge.account, command, actor: user, client, session: null, token: challenge }
      const answer = await kernel.run({ ...run, useCase: sendSignInCode })
      if (answer.status === 'busy') return refused('busy')
      if (answer.status === 'absent') return refused('challenge-ended')
      const { result } = answer
      return result.status === 'refused' ? refused(result.reason) : challenged(String(input.challenge), result)
    },
  }
}
