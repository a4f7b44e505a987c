/**
 * `account:<host id>`, `organization:<host id>`: chosen by the service, opaque to the adapter. 1 to 200 characters,
 * told apart to the last character: case, accents and trailing spaces count.
 */
export type RecordId = string

/** Made by the service (`n.` plus 128 random bits); opaque to the adapter, compared for equality only. */
export type Version = string

export interface StoredRecord {
  readonly version: Version
  readonly doc: string
}

/** One field of a stored event. `value` and `salt` go when retention shortens the row; `c` stays. */
export interface EventField {
  readonly value?: string
  readonly salt?: string
  readonly c: string
}

/** A row of the chained history, as stored. Appended by a commit, never changed by the adapter. */
export interface EventRow {
  /** 1, 2, 3 … within the record. A number that is stored already makes the commit throw, with nothing written. */
  readonly n: number
  readonly type: string
  /** ms since epoch */
  readonly at: number
  readonly fields: Readonly<Record<string, EventField>>
  readonly link: string
}

/** A row without a record's commit: unknown names, failed passwords, attempts under a lock. Not chained. */
export interface FactRow {
  /** Unique, random ASCII. Appending a stored row again changes nothing. */
  readonly id: string
  readonly recordId: RecordId | null
  readonly type: string
  /** ms since epoch */
  readonly at: number
  readonly fields: Readonly<Record<string, string>>
}

export type Channel = 'mail' | 'sms'

/** A message queued by a commit. Recipient, template and values are inside the sealed `body`. */
export interface NewMessage {
  /** Unique within the record, dead messages included; an id that is taken makes the commit throw, with nothing written. */
  readonly messageId: string
  readonly channel: Channel
  /** ms since epoch: not to be taken before. */
  readonly dueAt: number
  readonly body: string
}

export interface OutboxMessage extends NewMessage {
  readonly recordId: RecordId
  /** How often it was taken, this time included. */
  readonly attempts: number
}

/** Times, never booleans that age: a list of accounts is filtered by these columns. */
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
  /** Random for every attempt; the record's document holds it too. */
  readonly attemptId: string
  /** The version loaded, or null to create the record. */
  readonly expected: Version | null
  readonly version: Version
  readonly doc: string
  readonly summary: Summary
  /**
   * Release frees only what this record holds, and claiming what it holds already is no change. A key in both lists stays
   * held.
   */
  readonly keys: { readonly claim: readonly string[]; readonly release: readonly string[] }
  readonly events: readonly EventRow[]
  readonly messages: readonly NewMessage[]
  /** When given, every message of this change is born leased, with `attempts` 1; without it, unleased, with 0. */
  readonly lease?: { readonly token: string; readonly until: number }
}

/**
 * `conflict`: the stored version is not `expected` (or the record exists where null was expected); nothing was written.
 * `key-taken`: a claimed key belongs to another record; nothing was written. When both are true: `conflict`.
 */
export type CommitAnswer = 'committed' | 'conflict' | 'key-taken'

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Pass as `after` for the next page; null at the end. */
  readonly next: string | null
}

export interface HistoryFilter {
  /** Any of these; an empty list lets nothing through. */
  readonly types?: readonly string[]
  /** ms since epoch, inclusive */
  readonly from?: number
  /** ms since epoch, exclusive */
  readonly to?: number
}

export interface HistoryQuery {
  readonly id: RecordId
  /** A cursor from {@link Page.next} of the same listing; any other text throws `NL_ARGUMENT`. */
  readonly after?: string
  /** 1 to 500 */
  readonly limit: number
  readonly filter?: HistoryFilter
}

/** `id` null: the facts without a record. */
export type FactsQuery = Omit<HistoryQuery, 'id'> & { readonly id: RecordId | null }

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
  readonly channel?: Channel
}

export interface SettleMessage {
  readonly recordId: RecordId
  readonly messageId: string
  readonly leaseToken: string
  /**
   * `sent` removes the message; `dead` keeps the row without its body, never to be taken again; `retryAt` (ms since epoch)
   * frees the lease and becomes the new `dueAt`.
   */
  readonly outcome: 'sent' | 'dead' | { readonly retryAt: number }
}

/**
 * What a host implements to keep nightlatch's state: records under compare-and-swap, with everything that belongs to a
 * change written in the same atomic step. Run the contract suite of `nightlatch/testing` against an implementation.
 * A store without compare-and-swap cannot implement this port and must not emulate it.
 *
 * What `commit` and `append` are given is read before they return their promise, and what comes out belongs to the
 * caller. A failing store throws `NL_STORAGE_FAILED` with the driver's error as its cause, an argument out of its range
 * `NL_ARGUMENT`; when `commit` throws the former, the caller does not know whether the change was kept.
 */
export interface Storage {
  /** A strong read: sees every commit that was answered before. */
  load(id: RecordId): Promise<StoredRecord | null>
  /** Record, keys, events and messages in one atomic step, only if the stored version is `expected`. */
  commit(change: Change): Promise<CommitAnswer>
  /** The record that claimed the key. A hint: the caller checks that the record itself holds the value. */
  find(key: string): Promise<RecordId | null>
  /** At most 500 rows; all of them or none. */
  append(facts: readonly FactRow[]): Promise<void>
  /** Newest first (by `n`), by keyset. */
  listEvents(query: HistoryQuery): Promise<Page<EventRow>>
  /** Newest first (by `at`, then `id`), by keyset. */
  listFacts(query: FactsQuery): Promise<Page<FactRow>>
  /**
   * Leases messages that are due (`dueAt` ≤ `now`) and not leased beyond `now` (a lease that ends at `now` is over), those
   * due first before others, and adds one to their attempts. No message goes to two takers.
   */
  takeMessages(request: TakeMessages): Promise<readonly OutboxMessage[]>
  /**
   * False when the lease was lost (another token holds the message, or it is settled). The passing of `leaseUntil` alone
   * does not lose it: only another taker does.
   */
  settleMessage(request: SettleMessage): Promise<boolean>
}
