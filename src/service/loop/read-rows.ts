import type { Fact, SecurityEvent } from '../../core/events/index.ts'
import { decodeEvent, decodeFact } from '../../core/events/stored-text.ts'
import type { EventField, EventRow, FactRow } from '../../ports/storage.ts'

/** The rows that this release can read. A type of a newer release, or a row without a time, is left out. */
export function readEvents(rows: readonly EventRow[]): readonly SecurityEvent[] {
  return rows.map(readEvent).filter((event) => event !== null)
}

export function readFacts(rows: readonly FactRow[]): readonly Fact[] {
  return rows.map(readFact).filter((fact) => fact !== null)
}

function readEvent({ n, type, at, fields }: EventRow): SecurityEvent | null {
  if (!Number.isFinite(n) || !Number.isFinite(at)) return null
  return decodeEvent({ n, type, at, fields: texts(fields, (field: EventField | null) => field?.value) })
}

function readFact({ id, type, at, fields }: FactRow): Fact | null {
  if (!Number.isFinite(at)) return null
  return decodeFact({ id, type, at, fields: texts(fields, (field) => field) })
}

/** Somebody may have damaged rows in the store. A field that is no text reads as absent; the others stay readable. */
function texts<Field>(
  fields: Readonly<Record<string, Field>> | null,
  valueOf: (field: Field) => unknown,
): Readonly<Record<string, string>> {
  const found = Object.entries(fields ?? {}).map(([name, field]) => [name, valueOf(field)] as const)
  return Object.fromEntries(found.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string'))
}
