import type { UseCase } from '../../../core/account/record/step.ts'
import type { TokenPayloads } from '../../../core/token/index.ts'
import type { ClientInfo } from '../../keys/client.ts'
import type { Acting, GrantInput } from '../../keys/acting.ts'
import { markOf } from '../../keys/acting.ts'
import type { Kernel } from '../../loop/kernel.ts'

/** What every call of the security page takes. */
export interface PageCall {
  readonly grant: GrantInput
  readonly client?: ClientInfo | undefined
}

/** A call that changes something sensitive. */
export interface SensitiveCall extends PageCall {
  /** From `nl.stepUp.verify`, while a factor is enrolled. */
  readonly proof?: unknown
}

export interface Failure<Reason extends string> {
  readonly ok: false
  readonly reason: Reason
  /** ms since epoch */
  readonly retryAt?: number
  readonly triesLeft?: number
}

export const signedOut: Failure<'signed-out'> = { ok: false, reason: 'signed-out' }
export const busy: Failure<'busy'> = { ok: false, reason: 'busy' }

/** Runs a use case of the security page for the person or the script that acts. */
export async function runFor<C, R>(
  kernel: Kernel,
  input: SensitiveCall,
  useCase: UseCase<C, R>,
  command: (acting: Acting, client: ReturnType<Kernel['client']>) => C,
  { creates = false }: { readonly creates?: boolean } = {},
): Promise<R | Failure<'signed-out' | 'busy'>> {
  const acting = kernel.acting(input.grant, input.proof)
  if (acting === null) return signedOut
  const { accountId, actor, session } = acting
  const client = kernel.client(input.client, accountId)
  const run = { accountId, useCase, command: command(acting, client), actor, client, session, creates }
  const answer = await kernel.run({ ...run, token: markOf(acting) })
  if (answer.status === 'absent') return signedOut
  return answer.status === 'busy' ? busy : answer.result
}

/** Seals the new grant that a result has for the acting session. */
export function sealGrant(kernel: Kernel, grant: TokenPayloads['grant'] | null): string | null {
  return grant === null ? null : kernel.seal('grant', grant)
}

/** A refusal of the core as the facade gives it: where the core has null, the field is absent. */
export function failure<Reason extends string>(refusal: {
  readonly reason: Reason
  readonly retryAt?: number | null
  readonly triesLeft?: number | null
}): Failure<Reason> {
  const { reason, retryAt, triesLeft } = refusal
  return {
    ok: false,
    reason,
    ...(typeof retryAt === 'number' ? { retryAt } : {}),
    ...(typeof triesLeft === 'number' ? { triesLeft } : {}),
  }
}
