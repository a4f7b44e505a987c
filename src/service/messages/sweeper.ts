import { requireObject } from '../../core/arguments.ts'
import { encodeBase64url } from '../../core/bytes.ts'
import { limits } from '../../core/limits.ts'
import { requireLimit } from '../../core/storage-query.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { Channel, OutboxMessage, RecordId, Storage } from '../../ports/storage.ts'
import type { Deliver } from './deliver.ts'
import type { Lease } from './lease.ts'

export interface SweepResult {
  /** Sent to at least one address. */
  readonly sent: number
  /** Given up: refused everywhere, expired, or not to be read. */
  readonly dead: number
  /** To be tried again later, at some address at least. */
  readonly retried: number
}

interface SweeperParts {
  readonly storage: Storage
  readonly random: Random
  readonly now: Clock
  readonly deliver: Deliver
}

/** Takes what is due in one channel and sends it, at most `limit` messages. */
export type SweepChannel = (channel: Channel, limit: number) => Promise<SweepResult>

/**
 * Works on a few messages at once, and takes each one only when it begins, so that none waits under its lease. Of one
 * account it takes one after the other, and none after one that failed: whatever waits for an account, others go on.
 */
export function createSweepChannel({ storage, random, now, deliver }: SweeperParts): SweepChannel {
  return async (channel, limit) => {
    const count = { sent: 0, dead: 0, retried: 0 }
    const faults: unknown[] = []
    const running = new Set<Promise<void>>()
    const inWork = new Set<RecordId>()

    const work = async (message: OutboxMessage, lease: Lease): Promise<void> => {
      try {
        const delivered = await deliver(message, lease)
        if (delivered !== null) count[delivered] += 1
        if (delivered !== 'retried') inWork.delete(message.recordId)
      } catch (error) {
        inWork.delete(message.recordId)
        faults.push(error)
      }
    }

    for (let left = limit; left > 0;) {
      const at = now()
      const lease = { token: encodeBase64url(random(16)), until: at + limits.messageLeaseMs }
      const request = { now: at, leaseToken: lease.token, leaseUntil: lease.until, limit: 1, channel }
      const taken = await storage.takeMessages({ ...request, except: [...inWork] }).catch((error: unknown) => {
        faults.push(error)
        return null
      })
      for (const message of taken ?? []) {
        inWork.add(message.recordId)
        const done = work(message, lease).finally(() => running.delete(done))
        running.add(done)
      }
      left -= taken?.length ?? left
      if (taken?.length === 0 && running.size === 0) break
      // While nothing is free, an account that has had its turn may have more.
      if (taken?.length === 0 || running.size >= limits.sweepAtOnce) await Promise.race(running)
    }
    await Promise.all(running)
    if (faults.length > 0) throw faults[0]
    return count
  }
}

/** Codes come first, because somebody waits for them. */
export const channels = Object.keys(limits.callLostMs) as readonly Channel[]

/** Both channels side by side, so that mails that hang delay no code. */
export type Sweep = (options?: { readonly limit?: number }) => Promise<SweepResult>

/** How many messages of each channel a sweep takes by default. */
export const usualSweep = 20

export function createSweep(sweepChannel: SweepChannel): Sweep {
  return async (options = {}) => {
    requireObject(options, 'options')
    const { limit = usualSweep } = options
    requireLimit(limit)
    const swept = await Promise.allSettled(channels.map((channel) => sweepChannel(channel, limit)))
    const count = { sent: 0, dead: 0, retried: 0 }
    for (const one of swept) {
      if (one.status === 'rejected') throw one.reason
      for (const name of ['sent', 'dead', 'retried'] as const) count[name] += one.value[name]
    }
    return count
  }
}
