import type { SecurityEvent } from '../../../core/events/index.ts'
import type { AccountState } from '../../../core/account/record/state.ts'
import type { RowCheck } from '../../../core/record/check-row.ts'
import { countedBody } from '../../../core/record/check-row.ts'
import type { EventRow } from '../../../ports/storage.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { readEvent } from '../../loop/read-rows.ts'
import type { LoadedRecord } from '../../loop/record-store.ts'

/** The genuine events among rows. */
export interface GenuineEvents {
  readonly events: readonly SecurityEvent[]
  /** False: some rows were left out, because they are not as they were written. */
  readonly genuine: boolean
}

/** What rows of a record are checked against. */
export function rowCheckOf({ records }: Kernel, record: LoadedRecord<AccountState>): RowCheck {
  const { key: _sealed, ...head } = record.history
  return { place: records.place(record), key: records.historyKey(record), head }
}

/** Reads rows, and leaves out what is not genuine. */
export async function readGenuine(
  kernel: Kernel,
  loaded: LoadedRecord<AccountState>,
  rows: readonly EventRow[],
): Promise<GenuineEvents> {
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
    const event = body === null ? null : readEvent(row, body)
    if (body === null) genuine = false
    if (event !== null) events.push(event)
  }
  return { events, genuine }
}
