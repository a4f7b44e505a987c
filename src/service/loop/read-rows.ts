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

/** The facts that this release can read. A type of a newer release, or a row without a time, is left out. */
export function readFacts(rows: readonly FactRow[]): readonly Fact[] {
  return rows.map(readFact).filter((fact) => fact !== null)
}

/** Null: a type of a newer release. */
export function readEvent({ n, type, at }: EventRow, { fields, detail }: EventBody): SecurityEvent | null {
  return decodeEvent({ n, type, at, fields: { ...fields, ...detail.fields } })
}

function readFact({ id, type, at, fields }: FactRow): Fact | null {
  if (!Number.isFinite(at)) return null
  return decodeFact({ id, type, at, fields: texts(fields) })
}

/** Somebody may have damaged rows in the store. A field that is no text reads as absent; the others stay readable. */
function texts(fields: Readonly<Record<string, unknown>> | null): Readonly<Record<string, string>> {
  const found = Object.entries(fields ?? {})
  return Object.fromEntries(found.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
