import type { Fact, SecurityEvent } from '../../../core/events/index.ts'
import type { AccountState } from '../../../core/account/record/state.ts'
import { createFactCheck } from '../../../core/record/check-facts.ts'
import type { FindFactFault } from '../../../core/record/check-facts.ts'
import type { RowCheck } from '../../../core/record/check-row.ts'
import { countedBody } from '../../../core/record/check-row.ts'
import type { EventRow, FactRow, RecordId } from '../../../ports/storage.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { readEvent, readFact } from '../../loop/read-rows.ts'
import type { LoadedRecord } from '../../loop/record-store.ts'

/** The genuine events among rows. */
export interface GenuineEvents {
  readonly events: readonly SecurityEvent[]
  /** False: some rows were left out, because they are not as they were written. */
  readonly genuine: boolean
}

/** The genuine facts among rows. */
export interface GenuineFacts {
  readonly facts: readonly Fact[]
  /** False: some rows were left out, because they are not as they were written. Removed rows do not show. */
  readonly genuine: boolean
}

/** What rows of a record are checked against. */
export function rowCheckOf({ records }: Kernel, record: LoadedRecord<AccountState>): RowCheck {
  const { key: _sealed, ...head } = record.history
  return { place: records.place(record), key: records.historyKey(record), head }
}

/** What the facts of an account are checked against. */
export async function factCheckOf({ realm }: Kernel, recordId: RecordId): Promise<FindFactFault> {
  const { facts } = await realm.keys()
  return createFactCheck(facts, { realm: realm.name, recordId })
}

/** Reads rows, newest first and page after page, and leaves out what is not genuine. `below`: only older rows count. */
export function createEventReader(
  kernel: Kernel,
  loaded: LoadedRecord<AccountState>,
  below?: number,
): (rows: readonly EventRow[]) => Promise<GenuineEvents> {
  let last = below ?? Infinity
  return async (rows) => {
    // A newer row than the record was written after the record was read, or somebody put it there.
    const isNewer = rows.some(({ n }) => n > loaded.history.n)
    const record = (isNewer ? await kernel.records.load(loaded.id) : null) ?? loaded
    const check = rowCheckOf(kernel, record)
    const events: SecurityEvent[] = []
    let genuine = true
    for (const row of rows) {
      // Removed for good: what is left of it is not shown.
      if (Number.isSafeInteger(row.n) && row.n > 0 && row.n < check.head.from) continue
      const body = countedBody(check, record.version ?? '', row)
      // A genuine row that comes a second time, or out of its place, is not genuine there.
      if (body === null || row.n >= last) {
        genuine = false
        continue
      }
      last = row.n
      const event = readEvent(row, body)
      if (event !== null) events.push(event)
    }
    return { events, genuine }
  }
}

/** The same for facts. */
export async function createFactReader(
  kernel: Kernel,
  recordId: RecordId,
): Promise<(rows: readonly FactRow[]) => GenuineFacts> {
  const faultOf = await factCheckOf(kernel, recordId)
  return (rows) => {
    const right = rows.filter((row) => faultOf(row) === null)
    return { facts: right.map(readFact).filter((fact) => fact !== null), genuine: right.length === rows.length }
  }
}
