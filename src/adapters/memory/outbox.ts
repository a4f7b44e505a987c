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

function isDue({ recordId, dueAt, lease, channel }: QueuedMessage, request: TakeMessages): boolean {
  const isFree = lease === null || lease.until <= request.now
  const isAskedFor =
    (request.channel === undefined || channel === request.channel) && request.except?.includes(recordId) !== true
  return dueAt <= request.now && isFree && isAskedFor
}

export function settle({ partitions }: Store, { recordId, messageId, leaseToken, outcome }: SettleMessage): boolean {
  const partition = partitions.get(recordId)
  const message = partition?.messages.get(messageId)
  if (partition === undefined || message?.lease?.token !== leaseToken) return false
  if (typeof outcome === 'string') return partition.messages.delete(messageId)
  const left = outcome.body === undefined ? message : { ...message, body: outcome.body }
  const retryAt = 'retryAt' in outcome ? outcome.retryAt : undefined
  const freed = retryAt === undefined ? left : { ...left, dueAt: retryAt, lease: null }
  partition.messages.set(messageId, freed)
  return true
}
