import { NightlatchError } from '../../core/errors.ts'
import type { Change, CommitAnswer, EventRow } from '../../ports/storage.ts'
import type { Partition, QueuedMessage, Store } from './store.ts'
import { partitionOf } from './store.ts'

export function commit(store: Store, change: Change): CommitAnswer {
  const { partitions, keys } = store
  const stored = partitions.get(change.id)
  if ((stored?.record?.version ?? null) !== change.expected) return 'conflict'
  const taken = change.keys.claim.some((key) => (keys.get(key) ?? change.id) !== change.id)
  if (taken) return 'key-taken'
  const events = newEvents(stored?.events ?? [], change.events)
  const messages = newMessages(change, stored)

  // Nothing below can fail: either all of a change is kept or none of it.
  const partition = partitionOf(store, change.id)
  partition.record = { version: change.version, doc: change.doc }
  partition.events.push(...events)
  partition.events.sort((a, b) => a.n - b.n)
  for (const message of messages) partition.messages.set(message.messageId, message)
  for (const key of change.keys.release) if (keys.get(key) === change.id) keys.delete(key)
  for (const key of change.keys.claim) keys.set(key, change.id)
  return 'committed'
}

function newEvents(stored: readonly EventRow[], added: readonly EventRow[]): EventRow[] {
  const numbers = new Set(added.map(({ n }) => n))
  const last = stored.at(-1)?.n ?? 0
  const mayMeet = added.some(({ n }) => n <= last)
  if (numbers.size < added.length || (mayMeet && stored.some(({ n }) => numbers.has(n)))) {
    throw new NightlatchError('NL_STORAGE_FAILED', 'an event of this number is already stored')
  }
  return structuredClone(added) as EventRow[]
}

function newMessages({ id, messages, lease }: Change, stored: Partition | undefined): QueuedMessage[] {
  const ids = new Set(messages.map(({ messageId }) => messageId))
  const known = (messageId: string): boolean => stored?.messages.has(messageId) ?? false
  if (ids.size < messages.length || [...ids].some(known)) {
    throw new NightlatchError('NL_STORAGE_FAILED', 'a message of this id is already stored')
  }
  return messages.map(({ messageId, channel, dueAt, body }) => ({
    recordId: id,
    messageId,
    channel,
    dueAt,
    body,
    attempts: lease ? 1 : 0,
    lease: lease ? { ...lease } : null,
  }))
}
