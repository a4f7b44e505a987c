import type { Page, RecordId } from './storage.ts'

export interface ListRecords {
  /** The last record id of the page before. */
  readonly after?: RecordId
  /** 1 to 500 */
  readonly limit: number
}

/** What a storage may offer besides: walks over all records, for work that touches every account. */
export interface Directory {
  /** Record ids in ascending order of their code units or bytes, whichever the storage keeps. */
  listRecords(request: ListRecords): Promise<Page<RecordId>>
}
