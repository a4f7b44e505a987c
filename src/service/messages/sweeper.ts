import { requireObject } from '../../core/arguments.ts'
import { encodeBase64url } from '../../core/bytes.ts'
import { limits } from '../../core/limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { OutboxMessage, Storage } from '../../ports/storage.ts'
import type { Deliver } from './deliver.ts'

export interface SweepResult {
  readonly sent: number
  readonly dead: number
  readonly retried: number
}

interface SweeperParts {
  readonly storage: Storage
  readonly random: Random
  readonly now: Clock
  readonly deliver: Deliver
}

/** Takes what is due and sends it. */
export type Sweep = (options?: { readonly limit?: number }) => Promise<SweepResult>

export function createSweep({ storage, random, now, deliver }: SweeperParts): Sweep {
  return async (options = {}) => {
    requireObject(options, 'options')
    const { limit = 20 } = options
    const leaseToken = encodeBase64url(random(16))
    const at = now()
    const leaseUntil = at + limits.messageLeaseMs
    const taken = await storage.takeMessages({ now: at, leaseToken, leaseUntil, limit })
    const count = { sent: 0, dead: 0, retried: 0 }
    const faults: unknown[] = []
    const deliverAll = async (messages: readonly OutboxMessage[]): Promise<void> => {
      for (const message of messages) {
        // After the end of the lease another server may have taken the rest.
        if (now() >= leaseUntil) break
        try {
          count[await deliver(message, leaseToken)] += 1
        } catch (error) {
          faults.push(error)
        }
      }
    }
    // The channels run side by side, so that a gateway that hangs delays no mail.
    const channels = [...new Set(taken.map(({ channel }) => channel))]
    await Promise.all(channels.map((channel) => deliverAll(taken.filter((message) => message.channel === channel))))
    if (faults.length > 0) throw faults[0]
    return count
  }
}
