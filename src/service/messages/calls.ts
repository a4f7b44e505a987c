import { limits } from '../../core/limits.ts'
import { createRecentMap } from '../../core/recent-map.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Channel } from '../../ports/storage.ts'
import { inTime } from '../loop/in-time.ts'

/**
 * Calls a mailer or a sender, and waits for it only so long. Rejects as the call does. `late`: it did not answer yet,
 * and what was sent may still arrive. The key is that of the message and its recipient.
 */
export type CallOutlet = (channel: Channel, key: string, call: () => Promise<void>) => Promise<'accepted' | 'late'>

interface Call {
  readonly at: number
  readonly answer: Promise<'accepted'>
}

const mostRemembered = 1000

/**
 * A call cannot be stopped, and a slow server may take the message after the time is over. So the next try in this
 * process waits for the same call, and sends nothing again until that call failed or must be lost. Other processes know
 * nothing of it: they send a message again under the same key.
 */
export function createCallOutlet(now: Clock): CallOutlet {
  const calls = createRecentMap<Call>(mostRemembered)

  const begin = (key: string, call: () => Promise<void>): Call => {
    const answer = Promise.resolve()
      .then(call)
      .then(() => 'accepted' as const)
    const begun: Call = { at: now(), answer }
    calls.set(key, begun)
    answer.catch(() => {
      if (calls.get(key) === begun) calls.delete(key)
    })
    return begun
  }

  return async (channel, key, call) => {
    const running = calls.get(key)
    const isLost = running !== undefined && Math.abs(now() - running.at) >= limits.callLostMs[channel]
    const { answer } = running === undefined || isLost ? begin(key, call) : running
    const answered = await inTime<'accepted' | 'late'>(
      limits.sendMs,
      () => answer,
      () => 'late',
    )
    if (answered === 'accepted') calls.delete(key)
    return answered
  }
}
