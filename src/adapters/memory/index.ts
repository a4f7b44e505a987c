import { NightlatchError } from '../../core/errors.ts'
import {
  eventCursor,
  factCursor,
  maxPageSize,
  parseEventCursor,
  parseFactCursor,
  requireHistoryQuery,
  requireLimit,
  requireRecordId,
  requireTime,
} from '../../core/storage-query.ts'
import type { FactPosition } from '../../core/storage-query.ts'
import type { Directory } from '../../ports/directory.ts'
import type {
  Change,
  CommitAnswer,
  EventRow,
  FactRow,
  HistoryFilter,
  OutboxMessage,
  Page,
  RecordId,
  SettleMessage,
  Storage,
  StoredRecord,
  TakeMessages,
} from '../../ports/storage.ts'

interface QueuedMessage extends OutboxMessage {
  readonly lease: { readonly token: string; readonly until: number } | null
}

interface Partition {
  record: StoredRecord | null
  /** Ascending by `n`. */
  readonly events: EventRow[]
  /** Ascending by `at`, then `id`. */
  readonly facts: FactRow[]
  readonly messages: Map<string, QueuedMessage>
  /** Ids of messages that were given up: their rows stay, without a body. */
  readonly dead: Set<string>
}

/**
 * Storage in the memory of one process, for tests and first trials. Everything is lost when the process ends. Each call
 * is atomic, and works on copies.
 *
 * @contract effect(memory) · times ms since epoch · outcomes those of {@link Storage} · throws NL_ARGUMENT, NL_STORAGE_FAILED
 */
export function memoryStorage(): Storage & Directory {
  const partitions = new Map<RecordId, Partition>()
  const keys = new Map<string, RecordId>()

  const partitionOf = (id: RecordId): Partition => {
    let partition = partitions.get(id)
    if (partition === undefined) {
      partition = { record: null, events: [], facts: [], messages: new Map(), dead: new Set() }
      partitions.set(id, partition)
    }
    return partition
  }

  return {
    async load(id: RecordId): Promise<StoredRecord | null> {
      const record = partitions.get(id)?.record
      return record ? { ...record } : null
    },

    async commit(change: Change): Promise<CommitAnswer> {
      requireRecordId(change.id)
      const stored = partitions.get(change.id)
      if ((stored?.record?.version ?? null) !== change.expected) return 'conflict'
      const taken = change.keys.claim.some((key) => (keys.get(key) ?? change.id) !== change.id)
      if (taken) return 'key-taken'
      const events = newEvents(stored?.events ?? [], change.events)
      const messages = newMessages(change, stored)

      // Nothing below can fail: either all of a change is kept or none of it.
      const partition = partitionOf(change.id)
      partition.record = { version: change.version, doc: change.doc }
      partition.events.push(...events)
      partition.events.sort((a, b) => a.n - b.n)
      for (const message of messages) partition.messages.set(message.messageId, message)
      for (const key of change.keys.release) if (keys.get(key) === change.id) keys.delete(key)
      for (const key of change.keys.claim) keys.set(key, change.id)
      return 'committed'
    },

    async listRecords({ after, limit }): Promise<Page<RecordId>> {
      requireLimit(limit)
      if (after !== undefined) requireRecordId(after)
      const ids = [...partitions]
        .filter(([id, { record }]) => record !== null && (after === undefined || id > after))
        .map(([id]) => id)
        .sort()
      const items = ids.slice(0, limit)
      return { items, next: ids.length > limit ? (items.at(-1) ?? null) : null }
    },

    async find(key: string): Promise<RecordId | null> {
      return keys.get(key) ?? null
    },

    async append(facts: readonly FactRow[]): Promise<void> {
      if (facts.length > maxPageSize) {
        throw new NightlatchError('NL_ARGUMENT', `facts must be at most ${maxPageSize} rows`)
      }
      for (const { recordId } of facts) if (recordId !== null) requireRecordId(recordId)
      for (const fact of structuredClone(facts)) insertFact(partitionOf(fact.recordId ?? '').facts, fact)
    },

    async listEvents(query): Promise<Page<EventRow>> {
      requireHistoryQuery(query)
      const after = parseEventCursor(query.after) ?? Infinity
      const rows = partitions.get(query.id)?.events ?? []
      const wanted = (row: EventRow): boolean => row.n < after && passes(row, query.filter)
      return pageOf(rows, query.limit, wanted, (row) => eventCursor(row.n))
    },

    async listFacts(query): Promise<Page<FactRow>> {
      requireHistoryQuery(query)
      const after = parseFactCursor(query.after)
      const rows = partitions.get(query.id ?? '')?.facts ?? []
      const wanted = (row: FactRow): boolean =>
        (after === null || compareFacts(row, after) < 0) && passes(row, query.filter)
      return pageOf(rows, query.limit, wanted, factCursor)
    },

    async takeMessages(request: TakeMessages): Promise<readonly OutboxMessage[]> {
      const { now, leaseToken, leaseUntil, limit, partition, channel } = request
      requireTime(now, 'now')
      requireTime(leaseUntil, 'leaseUntil')
      requireLimit(limit)
      const due: QueuedMessage[] = []
      for (const searched of partition === undefined ? partitions.values() : [partitions.get(partition)]) {
        for (const message of searched?.messages.values() ?? []) {
          if (message.dueAt > now || (message.lease !== null && message.lease.until > now)) continue
          if (channel === undefined || message.channel === channel) due.push(message)
        }
      }
      due.sort((a, b) => a.dueAt - b.dueAt || compare(a.recordId, b.recordId) || compare(a.messageId, b.messageId))
      return due.slice(0, limit).map(({ lease: _, ...message }) => {
        const leased = { ...message, attempts: message.attempts + 1 }
        const lease = { token: leaseToken, until: leaseUntil }
        partitionOf(message.recordId).messages.set(message.messageId, { ...leased, lease })
        return leased
      })
    },

    async settleMessage({ recordId, messageId, leaseToken, outcome }: SettleMessage): Promise<boolean> {
      if (typeof outcome === 'object') requireTime(outcome.retryAt, 'outcome.retryAt')
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
    },
  }
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
  const known = (messageId: string): boolean =>
    (stored?.messages.has(messageId) || stored?.dead.has(messageId)) ?? false
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

function insertFact(facts: FactRow[], fact: FactRow): void {
  let place = facts.length
  while (place > 0 && compareFacts(facts[place - 1]!, fact) > 0) place--
  const known = place > 0 && compareFacts(facts[place - 1]!, fact) === 0
  if (!known) facts.splice(place, 0, fact)
}

function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  wanted: (row: Row) => boolean,
  cursorOf: (row: Row) => string,
): Page<Row> {
  const items: Row[] = []
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!
    if (!wanted(row)) continue
    if (items.length === limit) return { items, next: cursorOf(items[limit - 1]!) }
    items.push(structuredClone(row))
  }
  return { items, next: null }
}

function passes(row: { readonly type: string; readonly at: number }, filter: HistoryFilter = {}): boolean {
  const { types, from = -Infinity, to = Infinity } = filter
  return row.at >= from && row.at < to && (types === undefined || types.includes(row.type))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function compareFacts(a: FactPosition, b: FactPosition): number {
  return a.at - b.at || compare(a.id, b.id)
}
