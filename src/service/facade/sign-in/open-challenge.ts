import type { TokenPayloads } from '../../../core/token/index.ts'
import type { ClientInfo, OpenedClient } from '../../keys/client.ts'
import type { SignInLimits } from '../../limits/sign-in-limits.ts'
import type { Kernel } from '../../loop/kernel.ts'
import type { Refused } from './outcome.ts'
import { refused } from './outcome.ts'

/** A challenge that somebody answers or asks a code for, charged to its limits. */
export interface OpenedChallenge {
  readonly challenge: TokenPayloads['challenge']
  readonly client: OpenedClient
}

export async function openChallenge(
  kernel: Kernel,
  signInLimits: SignInLimits,
  input: { readonly challenge: unknown; readonly client?: ClientInfo | undefined },
): Promise<OpenedChallenge | Refused> {
  const challenge = kernel.open('challenge', input.challenge)
  const client = kernel.client(input.client, challenge?.account ?? null)
  if (challenge === null) return refused('challenge-ended')
  const limited = await signInLimits.challenge(challenge.account, client)
  return limited === null ? { challenge, client } : refused('too-many-attempts', limited.retryAt)
}
