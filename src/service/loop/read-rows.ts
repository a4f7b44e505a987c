import type { Fact, SecurityEvent } from '../../core/events/index.ts'
import { decodeEvent, decodeFact } from '../../core/events/stored-text.ts'
import type { EventBody } from '../../core/record/history-row.ts'
import { readBody } from '../../core/record/history-row.ts'
import type { EventRow, FactRow } from '../../ports/storage.ts'

/** The rows of this process's own commit. */
export function readEvents(rows: readonly EventRow[]): readonly SecurityEvent[] {
  return rows
    .map((row) => {
      const body = readBody(row.body)
      return body === null ? null : readEvent(row, body)
    })
    .filter((event) => event !== null)
}

/** Null: a type of a newer release. */
export function readFact({ id, type, at, fields }: FactRow): Fact | null {
  return decodeFact({ id, type, at, fields })
}

/** Null: a type of a newer release. */
export function readEvent({ n, type, at }: EventRow, { fields, detail }: EventBody): SecurityEvent | null {
  return decodeEvent({ n, type, at, fields: { ...fields, ...detail.fields } })
}
