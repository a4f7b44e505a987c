import type { EventRow, Page, RecordId } from './storage.ts'

export interface ListRecords {
  /** The last record id of the page before. */
  readonly after?: RecordId
  /** 1 to 500 */
  readonly limit: number
}

/** An optional part of a storage, for work on every account and for retention. */
export interface Directory {
  /** Record ids in ascending order, by code units or by bytes, as the storage sorts. */
  listRecords(request: ListRecords): Promise<Page<RecordId>>
  /** Removes the events of a record whose `n` is below a number. */
  pruneEvents(request: { readonly id: RecordId; readonly below: number }): Promise<void>
  /** Replaces the bodies of stored events, all or none, at most 500. A row whose number is not stored is left out. */
  replaceEvents(request: { readonly id: RecordId; readonly rows: readonly EventRow[] }): Promise<void>
}
