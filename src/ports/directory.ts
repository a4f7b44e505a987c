import type { Page, RecordId } from './storage.ts'

export interface ListRecords {
  /** The last record id of the page before. */
  readonly after?: RecordId
  /** 1 to 500 */
  readonly limit: number
}

/** An optional part of a storage: lists all records, for work on every account. */
export interface Directory {
  /** Record ids in ascending order, by code units or by bytes, as the storage sorts. */
  listRecords(request: ListRecords): Promise<Page<RecordId>>
}
