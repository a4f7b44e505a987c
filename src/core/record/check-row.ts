import { equalBytes } from '../compare.ts'
import { versionNumber } from './envelope.ts'
import type { Place } from './history-form.ts'
import { eventMac, isWhole, privateMac, shortMac } from './history-form.ts'
import type { HistoryHead } from './history.ts'
import type { EventBody, StoredEvent } from './history-row.ts'
import { readBody } from './history-row.ts'

/** What rows are checked against. */
export interface RowCheck {
  readonly place: Place
  readonly key: Uint8Array
  readonly head: HistoryHead
}

/**
 * The body of a row that belongs to this history under the number `as`; null for any other row. Whether the commit of
 * the row was kept does not show here. The digest shows it.
 */
export function genuineBody(check: RowCheck, row: StoredEvent, as: number = row.n): EventBody | null {
  const { type, at } = row as { readonly type: unknown; readonly at: unknown }
  if (!isWhole(as) || as < 1 || typeof type !== 'string' || !isWhole(at)) return null
  const body = readBody(row.body)
  if (body === null || !isDetailGenuine(check, body, as)) return null
  const { version, fields, p, m } = body
  const made = eventMac(check.key, check.place, { n: as, version, type, at, p, fields })
  return equalBytes(made, m) ? body : null
}

/** A row between the marks may be in either form. */
function isDetailGenuine({ place, key, head }: RowCheck, { detail, p }: EventBody, n: number): boolean {
  return detail.kind === 'private'
    ? n >= head.shortenedBelow && equalBytes(privateMac(key, place, { n, ...detail }), p)
    : n < head.shorteningBelow && equalBytes(shortMac(key, place, { n, p, fields: detail.fields }), detail.s)
}

/** The body of a row that belongs to this history, and that the record counts; null for any other row. */
export function countedBody(check: RowCheck, version: string, row: StoredEvent): EventBody | null {
  if (row.n < check.head.from || row.n > check.head.n) return null
  const body = genuineBody(check, row)
  return body !== null && isOfRecord(version, body.version) ? body : null
}

/** A row of a lost attempt may be genuine by itself. Its version was never that of the record. */
export function isOfRecord(version: string, ofRow: string): boolean {
  const newest = versionNumber(version)
  const commit = versionNumber(ofRow)
  return commit < newest || ofRow === version
}
