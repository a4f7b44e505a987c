import type { LimiterCharge } from '../../ports/limiter.ts'
import type { OpenedClient } from '../keys/client.ts'
import type { Kernel } from '../loop/kernel.ts'
import type { Refused } from '../facade/sign-in/outcome.ts'
import { refused } from '../facade/sign-in/outcome.ts'

const minute = 60_000

/** What is counted before anything is read. A held request is told, and leaves a sampled fact. */
export interface SignInLimits {
  /** `start`, `failed` and `recover` charge the same keys alike, so that a wait never tells whether the password was right. */
  primary(name: string, accountId: string | null, client: OpenedClient): Promise<Refused | null>
  challenge(accountId: string, client: OpenedClient): Promise<Refused | null>
  /** A passkey alone names nobody before it is looked at. */
  passkey(client: OpenedClient): Promise<Refused | null>
}

export function createSignInLimits(kernel: Kernel): SignInLimits {
  /** A browser that the account knows counts for itself: strangers in its network use nothing of its allowance up. */
  const place = ({ deviceNamesAccount, deviceId, network }: OpenedClient): readonly [string, string] =>
    deviceNamesAccount && deviceId !== null ? ['device', deviceId] : ['network', network ?? 'unknown']

  return {
    async primary(name, accountId, client) {
      const charges: LimiterCharge[] = [
        { key: kernel.hash('sign-in', name, ...place(client)), limit: 20, windowMs: 15 * minute },
      ]
      // By the name alone there is only a ceiling that sheds load; a browser that this account knows is exempt from it.
      if (!client.deviceNamesAccount)
        charges.push({ key: kernel.hash('sign-in-ceiling', name), limit: 300, windowMs: minute })
      const held = await kernel.charge(charges, 'primary')
      if (held === null) return null
      const values = { flow: 'primary', name: kernel.hash('name', name), sampled: 1 }
      await kernel.fact(accountId, { type: 'excess_rate_limit_exceeded', values }, client, { kind: 'stranger' })
      return refused('too-many-attempts', held.retryAt)
    },

    async challenge(accountId, client) {
      const charges: LimiterCharge[] = [
        { key: kernel.hash('code', accountId, ...place(client)), limit: 60, windowMs: minute },
      ]
      // One challenge from many networks must not stand in line before the owner's known device.
      if (!client.deviceNamesAccount) {
        charges.push({ key: kernel.hash('code-ceiling', accountId), limit: 120, windowMs: minute })
      }
      const held = await kernel.charge(charges, 'sign-in')
      if (held === null) return null
      const values = { flow: 'sign-in', sampled: 1 }
      await kernel.fact(accountId, { type: 'excess_rate_limit_exceeded', values }, client, { kind: 'user' })
      return refused('too-many-attempts', held.retryAt)
    },

    async passkey(client) {
      const own = client.deviceId === null ? ['network', client.network ?? 'unknown'] : ['device', client.deviceId]
      const held = await kernel.charge(
        [{ key: kernel.hash('passkey', ...own), limit: 30, windowMs: minute }],
        'passkey',
      )
      if (held === null) return null
      const values = { flow: 'passkey', sampled: 1 }
      await kernel.fact(null, { type: 'excess_rate_limit_exceeded', values }, client, { kind: 'stranger' })
      return refused('too-many-attempts', held.retryAt)
    },
  }
}
