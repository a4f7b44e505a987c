import { limits } from '../../core/limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { OutboxMessage } from '../../ports/storage.ts'
import type { Deliver } from './deliver.ts'
import type { Lease } from './lease.ts'
import { leaseTime } from './lease.ts'
import { channels } from './sweeper.ts'

/** Sends a message that was just committed. */
export type Dispatch = (message: OutboxMessage, lease: Lease) => Promise<void>

/**
 * However many commits there are, a mailer or sender has only so many calls at once, and codes do not wait for mails.
 * What does not get its turn within its lease is left to the sweeper.
 */
export function createDispatch(deliver: Deliver, now: Clock): Dispatch {
  const lines = new Map(channels.map((channel) => [channel, createLine(limits.dispatchAtOnce)]))
  return (message, lease) => {
    const hasTime = leaseTime(lease, now)
    return lines.get(message.channel)!(async () => {
      if (hasTime()) await deliver(message, lease)
    })
  }
}

/** Runs work in the order in which it came, at most so much at once. */
function createLine(most: number): (work: () => Promise<void>) => Promise<void> {
  const waiting = new Set<() => void>()
  let running = 0
  return async (work) => {
    // Who ends hands its place over, so that nobody who comes meanwhile takes it.
    if (running < most) running++
    else await new Promise<void>((begin) => void waiting.add(begin))
    try {
      await work()
    } finally {
      const [next] = waiting
      if (next === undefined) running--
      else {
        waiting.delete(next)
        next()
      }
    }
  }
}
