/**
 * `account:<host id>`, `organization:<host id>`: chosen by the service, opaque to the adapter. 1 to 200 characters. Two
 * ids that differ only in case, accents or trailing spaces are two ids.
 */
export type RecordId = string

/**
 * Made by the service: the number of the commit, a dot and 128 random bits. Opaque to the adapter, compared for
 * equality only.
 */
export type Version = string

export interface StoredRecord {
  readonly version: Version
  readonly doc: string
}

/** A row of the history, as stored. A commit appends it; the adapter never changes it. */
export interface EventRow {
  /** 1, 2, 3 … within the record. If the number is stored already, the commit throws and writes nothing. */
  readonly n: number
  readonly type: string
  /** ms since epoch */
  readonly at: number
  /** Opaque to the adapter: fields, salt and MACs. */
  readonly body: string
}

/** A row that no commit made: an unknown name, a failed password, an attempt under a lock. */
export interface FactRow {
  /** Unique, random ASCII. Appending a stored row again changes nothing. */
  readonly id: string
  readonly recordId: RecordId | null
  readonly type: string
  /** ms since epoch */
  readonly at: number
  readonly fields: Readonly<Record<string, string>>
  /** Opaque to the adapter. */
  readonly mac: string
}

export type Channel = 'mail' | 'sms'

/** A message that a commit queues. Recipient, template and values are inside the sealed `body`. */
export interface NewMessage {
  /** Unique among the waiting messages of the record. If it is taken, the commit throws and writes nothing. */
  readonly messageId: string
  readonly channel: Channel
  /** ms since epoch: not taken before. */
  readonly dueAt: number
  readonly body: string
}

export interface OutboxMessage extends NewMessage {
  readonly recordId: RecordId
  /** How often it was taken, this time included. */
  readonly attempts: number
}

/** Columns to filter a list of accounts by. Times instead of booleans, because those would become wrong with time. */
export interface Summary {
  readonly kind: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly totpAuthenticators: number
  readonly backupCodesLeft: number
  readonly lockedUntil: number | null
}

export interface Change {
  readonly id: RecordId
  /** Random for every attempt. The record's document holds it too. */
  readonly attemptId: string
  /** The version loaded, or null to create the record. */
  readonly expected: Version | null
  readonly version: Version
  readonly doc: string
  readonly summary: Summary
  /**
   * A release frees only keys of this record. A claim of a key that this record has already changes nothing. A key in
   * both lists stays claimed.
   */
  readonly keys: { readonly claim: readonly string[]; readonly release: readonly string[] }
  readonly events: readonly EventRow[]
  readonly messages: readonly NewMessage[]
  /**
   * With it, every message of this change is leased from the start and has `attempts` 1. Without it: no lease, and 0.
   */
  readonly lease?: { readonly token: string; readonly until: number }
}

/**
 * `conflict`: the stored version is not `expected` (or the record exists where null was expected). `key-taken`: a
 * claimed key belongs to another record. When both are true: `conflict`. In either case nothing was written.
 */
export type CommitAnswer = 'committed' | 'conflict' | 'key-taken'

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Pass as `after` for the next page; null at the end, so on every empty page. */
  readonly next: string | null
}

export interface HistoryFilter {
  /** Any of these. An empty list matches nothing. */
  readonly types?: readonly string[]
  /** ms since epoch, inclusive */
  readonly from?: number
  /** ms since epoch, exclusive */
  readonly to?: number
}

export interface HistoryQuery {
  readonly id: RecordId
  /** By `n`. Default: newest first. */
  readonly order?: 'newest' | 'oldest'
  /**
   * A cursor from {@link Page.next} of the same listing; of `listEvents` it is the number of the last row. Any other
   * text throws `NL_ARGUMENT`.
   */
  readonly after?: string
  /** 1 to 500 */
  readonly limit: number
  readonly filter?: HistoryFilter
}

/** `id` null: facts that belong to no record. */
export type FactsQuery = Omit<HistoryQuery, 'id' | 'order'> & { readonly id: RecordId | null }

export interface TakeMessages {
  /** ms since epoch */
  readonly now: number
  readonly leaseToken: string
  /** ms since epoch */
  readonly leaseUntil: number
  /** 1 to 500 */
  readonly limit: number
  /** Only messages of this record. */
  readonly partition?: RecordId
  /** No messages of these records, at most 500: others have their turn first. */
  readonly except?: readonly RecordId[]
  readonly channel?: Channel
}

export interface SettleMessage {
  readonly recordId: RecordId
  readonly messageId: string
  readonly leaseToken: string
  /**
   * `sent` and `dead` remove the message. `retryAt` (ms since epoch) ends the lease and becomes the new `dueAt`. `body`
   * replaces the body: it has what is left to send. A `body` alone keeps the lease.
   */
  readonly outcome: 'sent' | 'dead' | { readonly retryAt: number; readonly body?: string } | { readonly body: string }
}

/**
 * Keeps nightlatch's state: records under compare-and-swap. Everything that belongs to a change is written in the same
 * atomic step. Run the contract suite of `nightlatch/testing` against an implementation. A store without
 * compare-and-swap cannot implement this port and must not emulate it.
 *
 * `commit` and `append` read their argument before they return the promise: the caller may change it afterwards, as it
 * may change what it gets. A store that fails throws `NL_STORAGE_FAILED` with the driver's error as its cause; after
 * that the caller of `commit` does not know whether the change was kept. An argument out of its range throws
 * `NL_ARGUMENT`.
 */
export interface Storage {
  /** A strong read: it sees every commit that was answered before. */
  load(id: RecordId): Promise<StoredRecord | null>
  /** Writes record, keys, events and messages in one atomic step, only if the stored version is `expected`. */
  commit(change: Change): Promise<CommitAnswer>
  /** The record that claimed the key. A hint: the caller checks that the record itself holds the value. */
  find(key: string): Promise<RecordId | null>
  /** At most 500 rows. Writes all of them or none. */
  append(facts: readonly FactRow[]): Promise<void>
  /** By `n`, newest or oldest first, by keyset. */
  listEvents(query: HistoryQuery): Promise<Page<EventRow>>
  /** Newest first (by `at`, then `id`), by keyset. */
  listFacts(query: FactsQuery): Promise<Page<FactRow>>
  /**
   * Leases messages that are due (`dueAt` ≤ `now`) and whose lease, if they have one, ends at `now` or before. Those
   * due first come first. Adds one to their attempts. No message goes to two callers.
   */
  takeMessages(request: TakeMessages): Promise<readonly OutboxMessage[]>
  /**
   * False when the lease was lost: another token has the message, or it is settled. A lease is not lost because its
   * time is over, only when somebody else takes the message.
   */
  settleMessage(request: SettleMessage): Promise<boolean>
}
