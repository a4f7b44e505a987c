import { limits } from '../../core/limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { OutboxMessage, SettleMessage, Storage } from '../../ports/storage.ts'
import type { Installation } from '../keys/installation.ts'
import { holdsKeyOf } from '../keys/keyring.ts'
import type { Facts } from '../loop/facts.ts'
import type { Send, Undeliverable } from './channels.ts'
import { openMessage } from './sealed-message.ts'

interface DeliverParts {
  readonly storage: Storage
  readonly installation: Installation
  readonly now: Clock
  readonly facts: Facts
  readonly send: Send
}

/** What became of a message. */
export type Delivered = 'sent' | 'dead' | 'retried'

/** Delivers one leased message and settles it. */
export type Deliver = (message: OutboxMessage, leaseToken: string) => Promise<Delivered>

type DeathReason = Undeliverable | 'unreadable' | 'expired'

/** Delivers at least once. If a message was sent and not settled, it is sent again, under the same dedupe key. */
export function createDeliver({ storage, installation, now, facts, send }: DeliverParts): Deliver {
  return async (message, leaseToken) => {
    const { recordId, messageId, channel, body, attempts } = message
    const settle = (outcome: SettleMessage['outcome']): Promise<boolean> =>
      storage.settleMessage({ recordId, messageId, leaseToken, outcome })

    const retry = async (): Promise<'retried'> => {
      await settle({ retryAt: now() + retryDelay(attempts) })
      return 'retried'
    }
    const giveUp = async (reason: DeathReason): Promise<'dead'> => {
      const values = { channel, message: messageId, reason }
      // The fact comes first: if the storage fails between the two, it is written twice rather than never.
      await facts.record(recordId, [{ type: 'message_dead', values }], { actor: 'system', call: messageId }, now())
      await settle('dead')
      return 'dead'
    }

    const opened = openMessage(installation, message)
    if (opened === null) {
      // While keys are rotated, another server may hold the key already.
      const mayOpenLater = !holdsKeyOf(installation.keys, body) && attempts < limits.unknownKeyTries
      return mayOpenLater ? retry() : giveUp('unreadable')
    }
    if (opened.expiresAt <= now()) return giveUp('expired')
    let undeliverable: Undeliverable | null
    try {
      undeliverable = await send(message, opened)
    } catch {
      return retry()
    }
    if (undeliverable !== null) return giveUp(undeliverable)
    await settle('sent')
    return 'sent'
  }
}

/** 30 s, doubled each time, up to an hour. */
function retryDelay(attempts: number): number {
  return Math.min(limits.retryFirstMs * 2 ** Math.min(attempts - 1, 20), limits.retryLongestMs)
}
