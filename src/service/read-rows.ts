import type { Fact, SecurityEvent } from '../core/events/index.ts'
import { decodeEvent, decodeFact } from '../core/events/index.ts'
import type { EventRow, FactRow } from '../ports/storage.ts'

/** Rows that this release can read; one of a newer release is left out. */
export function readEvents(rows: readonly EventRow[]): readonly SecurityEvent[] {
  return rows.map(readEvent).filter((event) => event !== null)
}

export function readFacts(rows: readonly FactRow[]): readonly Fact[] {
  return rows.map(({ id, type, at, fields }) => decodeFact({ id, type, at, fields })).filter((fact) => fact !== null)
}

function readEvent({ n, type, at, fields }: EventRow): SecurityEvent | null {
  const values = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value]))
  return decodeEvent({ n, type, at, fields: values })
}
