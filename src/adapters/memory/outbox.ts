import type { OutboxMessage, SettleMessage, TakeMessages } from '../../ports/storage.ts'
import type { QueuedMessage, Store } from './store.ts'
import { compareTexts, partitionOf } from './store.ts'

export function take(store: Store, request: TakeMessages): readonly OutboxMessage[] {
  const { leaseToken, leaseUntil, limit } = request
  const due = messagesOf(store, request.partition)
    .filter((message) => isDue(message, request))
    .sort((a, b) => a.dueAt - b.dueAt || compareTexts(a.recordId, b.recordId) || compareTexts(a.messageId, b.messageId))
  return due.slice(0, limit).map(({ lease: _, ...message }) => {
    const leased = { ...message, attempts: message.attempts + 1 }
    const lease = { token: leaseToken, until: leaseUntil }
    partitionOf(store, message.recordId).messages.set(message.messageId, { ...leased, lease })
    return leased
  })
}

function messagesOf({ partitions }: Store, only: TakeMessages['partition']): readonly QueuedMessage[] {
  const searched = only === undefined ? [...partitions.values()] : [partitions.get(only)]
  return searched.flatMap((partition) => [...(partition?.messages.values() ?? [])])
}

function isDue({ dueAt, lease, channel }: QueuedMessage, request: TakeMessages): boolean {
  const isFree = lease === null || lease.until <= request.now
  return dueAt <= request.now && isFree && (request.channel === undefined || channel === request.channel)
}

export function settle({ partitions }: Store, { recordId, messageId, leaseToken, outcome }: SettleMessage): boolean {
  const partition = partitions.get(recordId)
  const message = partition?.messages.get(messageId)
  if (partition === undefined || message?.lease?.token !== leaseToken) return false
  if (typeof outcome === 'object') {
    partition.messages.set(messageId, { ...message, dueAt: outcome.retryAt, lease: null })
    return true
  }
  partition.messages.delete(messageId)
  if (outcome === 'dead') partition.dead.add(messageId)
  return true
}
