import { caps, limits } from '../../core/limits.ts'
import type { HumanCheck } from '../../ports/human.ts'
import { requireFunction, requirePart, wholeNumber } from './option-rules.ts'

export interface SignInOptions {
  /**
   * Failed sign-ins in an hour from one network, an IPv4 address or an IPv6 /48, over all names; default 100, at most
   * 10,000. Raise it where many people share an address.
   */
  readonly failuresPerNetwork?: number
}

/** What the limits of a sign-in depend on. */
export interface SignInTerms {
  readonly failuresPerNetwork: number
  readonly human: HumanCheck | undefined
}

export function checkSignIn({
  signIn,
  human,
}: {
  readonly signIn?: SignInOptions
  readonly human?: HumanCheck
}): SignInTerms {
  const { failuresPerNetwork = limits.networkFailures } = requirePart(signIn, 'signIn', { failuresPerNetwork: true })
  if (human !== undefined) requireFunction(human, 'human')
  return {
    failuresPerNetwork: wholeNumber(failuresPerNetwork, 'signIn.failuresPerNetwork', 1, caps.networkFailures),
    human,
  }
}
