import { limits } from '../../core/limits.ts'
import type { OutboxMessage } from '../../ports/storage.ts'
import { holdsKeyOf } from '../keys/keyring.ts'
import { createCallOutlet } from './calls.ts'
import type { Lease } from './lease.ts'
import { leaseTime } from './lease.ts'
import type { SendingHost } from './send-message.ts'
import { createSend } from './send-message.ts'
import { openMessage } from './sealed-message.ts'
import type { Delivered, WorkParts } from './work.ts'
import { createWork } from './work.ts'

export type DeliverParts = WorkParts & { readonly host: SendingHost }

/** Delivers one leased message and settles it. */
export type Deliver = (message: OutboxMessage, lease: Lease) => Promise<Delivered>

/** Delivers at least once. If a message was sent and not settled, it is sent again, under the same dedupe key. */
export function createDeliver({ host, ...parts }: DeliverParts): Deliver {
  const { installation, now, tell } = parts
  const send = createSend(host, createCallOutlet(now), tell)

  return async (message, lease) => {
    const hasTime = leaseTime(lease, now)
    const opened = openMessage(installation, message)
    const work = createWork(parts, { message, lease, opened })
    if (opened === null) {
      // While keys are rotated, another server may hold the key already.
      const mayOpenLater = !holdsKeyOf(installation.keys, message.body) && message.attempts < limits.unknownKeyTries
      return mayOpenLater ? work.retry({ reason: 'unreadable' }) : work.giveUp('unreadable')
    }
    if (opened.expiresAt <= now()) return work.giveUp('expired')
    // What was taken too late is left to whoever takes it next.
    return hasTime() ? send(message, opened, { ...work, hasTime }) : null
  }
}
