import { eventCursor, factCursor, parseEventCursor, parseFactCursor } from '../../core/storage-query.ts'
import type { EventRow, FactRow, FactsQuery, HistoryQuery, Page } from '../../ports/storage.ts'
import type { Database, EventTableRow, FactTableRow } from './tables.ts'

export async function listEvents(
  db: Database,
  { id, after, limit, filter = {}, order }: HistoryQuery,
): Promise<Page<EventRow>> {
  const position = parseEventCursor(after, order)
  if (filter.types?.length === 0) return { items: [], next: null }
  let query = db.selectFrom('nightlatch_events').selectAll().where('record_id', '=', id)
  if (position !== null) query = query.where('n', order === 'oldest' ? '>' : '<', position)
  if (filter.types !== undefined) query = query.where('type', 'in', filter.types)
  if (filter.from !== undefined) query = query.where('at', '>=', filter.from)
  if (filter.to !== undefined) query = query.where('at', '<', filter.to)
  const rows = await query
    .orderBy('n', order === 'oldest' ? 'asc' : 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows.map(eventOf), limit, (row) => eventCursor(row.n))
}

export async function listFacts(db: Database, { id, after, limit, filter = {} }: FactsQuery): Promise<Page<FactRow>> {
  const position = parseFactCursor(after)
  if (filter.types?.length === 0) return { items: [], next: null }
  let query = db
    .selectFrom('nightlatch_facts')
    .selectAll()
    .where('record_id', '=', id ?? '')
  if (position !== null) {
    query = query.where((row) => row(row.refTuple('at', 'id'), '<', row.tuple(position.at, position.id)))
  }
  if (filter.types !== undefined) query = query.where('type', 'in', filter.types)
  if (filter.from !== undefined) query = query.where('at', '>=', filter.from)
  if (filter.to !== undefined) query = query.where('at', '<', filter.to)
  const rows = await query
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows.map(factOf), limit, factCursor)
}

/** `rows` has one row more than the page if there is a next page. */
function pageOf<Row>(rows: readonly Row[], limit: number, cursorOf: (row: Row) => string): Page<Row> {
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? cursorOf(items.at(-1)!) : null }
}

// Some drivers give 64-bit columns as text.
function eventOf({ n, type, at, body }: EventTableRow): EventRow {
  return { n: Number(n), type, at: Number(at), body }
}

function factOf({ id, record_id, type, at, fields }: FactTableRow): FactRow {
  return { id, recordId: record_id === '' ? null : record_id, type, at: Number(at), fields: fieldsOf(fields) }
}

/** Empty if somebody damaged the fields. The other facts stay readable. */
function fieldsOf<Fields extends object>(text: string): Fields {
  try {
    const fields: unknown = JSON.parse(text)
    return (typeof fields === 'object' && fields !== null ? fields : {}) as Fields
  } catch {
    return {} as Fields
  }
}
