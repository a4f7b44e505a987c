import { limits } from '../../core/limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { OutboxMessage, SettleMessage, Storage } from '../../ports/storage.ts'
import type { Installation } from '../keys/installation.ts'
import type { Facts } from '../loop/facts.ts'
import type { Tell } from '../loop/reports.ts'
import type { Failure } from './failure.ts'
import { tellDeath, tellFailure } from './failure.ts'
import type { Lease } from './lease.ts'
import type { Progress, WaitingMessage } from './sealed-message.ts'
import { sealBody } from './sealed-message.ts'
import type { Tried } from './send-mails.ts'

export interface WorkParts {
  readonly storage: Storage
  readonly installation: Installation
  readonly random: Random
  readonly now: Clock
  readonly facts: Facts
  readonly tell: Tell
}

/** What became of a message. `sent`: at least one address has got it. Null: another server has it now. */
export type Delivered = 'sent' | 'dead' | 'retried' | null

export interface Work {
  keep(progress: Progress): Promise<boolean>
  refused(failure: Failure): Promise<void>
  retry(failure: Failure, left?: Progress): Promise<Delivered>
  giveUp(reason: string): Promise<Delivered>
  done(): Promise<Delivered>
  settleMail(tried: Tried): Promise<Delivered>
}

/** What can be done with one message under its lease. */
export function createWork(
  { storage, installation, random, now, facts, tell }: WorkParts,
  {
    message,
    lease,
    opened,
  }: { readonly message: OutboxMessage; readonly lease: Lease; readonly opened: WaitingMessage | null },
): Work {
  const { recordId, messageId, channel, attempts } = message
  let told = opened?.told ?? false

  const settle = (outcome: SettleMessage['outcome']): Promise<boolean> =>
    storage.settleMessage({ recordId, messageId, leaseToken: lease.token, outcome })

  const settled = async (outcome: SettleMessage['outcome'], delivered: Delivered): Promise<Delivered> =>
    (await settle(outcome)) ? delivered : null

  // A fact comes before its settling: if the storage fails between the two, it is written twice rather than never.
  const record = (type: 'message_failed' | 'message_dead', reason: string): Promise<void> => {
    const values = { channel, message: messageId, reason }
    return facts.record(recordId, [{ type, values }], { actor: 'system', call: messageId }, now())
  }

  /** Nothing if there is nothing new to store. */
  const bodyWith = (progress: Progress): { readonly body?: string } => {
    if (opened === null) return {}
    const next = { ...opened, ...progress, ...(told ? { told } : {}) }
    const isNew = JSON.stringify(next) !== JSON.stringify(opened)
    return isNew ? { body: sealBody({ ...installation, random }, message, next) } : {}
  }

  const retryAt = async (at: number, failure: Failure | null, progress: Progress): Promise<Delivered> => {
    if (failure !== null) tellFailure(tell, channel, failure)
    if (failure !== null && opened !== null && !told) {
      await record('message_failed', failure.reason)
      told = true
    }
    return settled({ retryAt: at, ...bodyWith(progress) }, 'retried')
  }

  const work: Work = {
    async keep(progress) {
      const { body } = bodyWith(progress)
      return body === undefined || settle({ body })
    },
    async refused(failure) {
      tellFailure(tell, channel, failure)
      await record('message_failed', failure.reason)
    },
    retry: (failure, progress = {}) => retryAt(now() + retryDelay(attempts, failure), failure, progress),
    async giveUp(reason) {
      tellDeath(tell, channel, reason)
      await record('message_dead', reason)
      await settle('dead')
      return 'dead'
    },
    done: () => settled('sent', 'sent'),

    async settleMail(tried) {
      if (tried === null) return null
      const { left, reached, failure, cutShort } = tried
      if (left?.length === 0) return reached ? work.done() : work.giveUp('refused')
      const progress = { ...(left === undefined ? {} : { left }), ...(reached ? { reached } : {}) }
      if (cutShort || failure === null) return retryAt(now(), failure, progress)
      return work.retry(failure, progress)
    },
  }
  return work
}

/** 30 s, doubled each time, up to an hour. An account without an address will hardly have one in a minute. */
function retryDelay(attempts: number, { reason }: Failure): number {
  if (reason === 'no-verified-address') return limits.retryLongestMs
  return Math.min(limits.retryFirstMs * 2 ** Math.min(attempts - 1, 20), limits.retryLongestMs)
}
