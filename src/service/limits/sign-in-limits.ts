import type { Actor } from '../../core/account/record/context.ts'
import type { Flow } from '../../core/flow.ts'
import type { LimiterCharge } from '../../ports/limiter.ts'
import type { OpenedClient } from '../keys/client.ts'
import type { Kernel } from '../loop/kernel.ts'
import type { Limited } from './limiter.ts'

const minute = 60_000

/** What is charged before anything is read. Null: within every limit. A refusal leaves a sampled fact. */
export interface SignInLimits {
  /** `start`, `failed` and `recover` charge the same keys, so that a wait never tells if the password was right. */
  primary(name: string, accountId: string | null, client: OpenedClient): Promise<Limited | null>
  challenge(accountId: string, client: OpenedClient): Promise<Limited | null>
  /** A passkey alone names nobody before it is looked at. */
  passkey(client: OpenedClient): Promise<Limited | null>
}

interface Attempt {
  readonly flow: Flow
  readonly charges: readonly LimiterCharge[]
  readonly accountId: string | null
  readonly client: OpenedClient
  readonly actor: Actor
  /** As it was typed. */
  readonly name?: string
}

export function createSignInLimits(kernel: Kernel): SignInLimits {
  const charge = async ({ flow, charges, accountId, client, actor, name }: Attempt): Promise<Limited | null> => {
    const limited = await kernel.limiting.charge(charges, flow)
    if (limited === null) return null
    const values = { flow, ...(name === undefined ? {} : { name: kernel.hash('name', name) }), sampled: 1 }
    await kernel.recordFact(accountId, { type: 'excess_rate_limit_exceeded', values }, client, actor)
    return limited
  }

  return {
    primary(name, accountId, client) {
      const charges: LimiterCharge[] = [
        { key: kernel.hash('sign-in', name, ...sourceOf(client)), limit: 20, windowMs: 15 * minute },
      ]
      // The name alone has only a high limit, against load. It does not count for a browser that this account knows.
      if (!client.deviceNamesAccount) {
        charges.push({ key: kernel.hash('sign-in-ceiling', name), limit: 300, windowMs: minute })
      }
      return charge({ flow: 'primary', charges, accountId, client, actor: { kind: 'stranger' }, name })
    },

    challenge(accountId, client) {
      const charges: LimiterCharge[] = [
        { key: kernel.hash('code', accountId, ...sourceOf(client)), limit: 60, windowMs: minute },
      ]
      // Strangers who send one challenge from many networks must not make the owner's known device wait.
      if (!client.deviceNamesAccount) {
        charges.push({ key: kernel.hash('code-ceiling', accountId), limit: 120, windowMs: minute })
      }
      return charge({ flow: 'sign-in', charges, accountId, client, actor: { kind: 'user' } })
    },

    passkey(client) {
      const source = client.deviceId === null ? networkOf(client) : ['device', client.deviceId]
      const charges = [{ key: kernel.hash('passkey', ...source), limit: 30, windowMs: minute }]
      return charge({ flow: 'passkey', charges, accountId: null, client, actor: { kind: 'stranger' } })
    },
  }
}

/** A browser that the account knows has a count of its own, which strangers in its network cannot use up. */
function sourceOf(client: OpenedClient): readonly string[] {
  const { deviceNamesAccount, deviceId } = client
  return deviceNamesAccount && deviceId !== null ? ['device', deviceId] : networkOf(client)
}

function networkOf({ network }: OpenedClient): readonly string[] {
  return ['network', network ?? 'unknown']
}
