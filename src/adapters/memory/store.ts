import type { EventRow, FactRow, OutboxMessage, RecordId, StoredRecord } from '../../ports/storage.ts'

export interface QueuedMessage extends OutboxMessage {
  readonly lease: { readonly token: string; readonly until: number } | null
}

/** Everything of one record. Facts without a record are in the partition of the empty id. */
export interface Partition {
  record: StoredRecord | null
  /** Ascending by `n`. */
  readonly events: EventRow[]
  /** Ascending by `at`, then `id`. */
  readonly facts: FactRow[]
  readonly messages: Map<string, QueuedMessage>
}

export interface Store {
  readonly partitions: Map<RecordId, Partition>
  /** Unique keys, and the record that claimed each. */
  readonly keys: Map<string, RecordId>
}

/** The partition of a record, made if it is missing. */
export function partitionOf({ partitions }: Store, id: RecordId): Partition {
  let partition = partitions.get(id)
  if (partition === undefined) {
    partition = { record: null, events: [], facts: [], messages: new Map() }
    partitions.set(id, partition)
  }
  return partition
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
