import { eventCursor, factCursor, parseEventCursor, parseFactCursor } from '../../core/storage-query.ts'
import type { EventRow, FactRow, FactsQuery, HistoryQuery, Page, RecordId } from '../../ports/storage.ts'
import type { SqlDialect } from './dialect.ts'
import type { Database } from './tables.ts'

export async function listEvents(
  { asBytes }: SqlDialect,
  db: Database,
  { id, after, limit, filter = {}, order }: HistoryQuery,
): Promise<Page<EventRow>> {
  const position = parseEventCursor(after, order)
  if (filter.types?.length === 0) return { items: [], next: null }
  let query = db
    .selectFrom('nightlatch_events')
    .select([asBytes('n').as('n'), asBytes('type').as('type'), asBytes('at').as('at'), asBytes('body').as('body')])
    .where('record_id', '=', id)
  if (position !== null) query = query.where('n', order === 'oldest' ? '>' : '<', position)
  if (filter.types !== undefined) query = query.where('type', 'in', filter.types)
  if (filter.from !== undefined) query = query.where('at', '>=', filter.from)
  if (filter.to !== undefined) query = query.where('at', '<', filter.to)
  const rows = await query
    .orderBy('nightlatch_events.n', order === 'oldest' ? 'asc' : 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows.map(eventOf), limit, (row) => eventCursor(row.n))
}

export async function listFacts(
  { asBytes }: SqlDialect,
  db: Database,
  { id, after, limit, filter = {} }: FactsQuery,
): Promise<Page<FactRow>> {
  const position = parseFactCursor(after)
  if (filter.types?.length === 0) return { items: [], next: null }
  let query = db
    .selectFrom('nightlatch_facts')
    .select([asBytes('id').as('id'), asBytes('type').as('type'), asBytes('at').as('at')])
    .select([asBytes('fields').as('fields'), asBytes('mac').as('mac')])
    .where('record_id', '=', id ?? '')
  if (position !== null) {
    query = query.where((row) => row(row.refTuple('at', 'id'), '<', row.tuple(position.at, position.id)))
  }
  if (filter.types !== undefined) query = query.where('type', 'in', filter.types)
  if (filter.from !== undefined) query = query.where('at', '>=', filter.from)
  if (filter.to !== undefined) query = query.where('at', '<', filter.to)
  const rows = await query
    .orderBy('nightlatch_facts.at', 'desc')
    .orderBy('nightlatch_facts.id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(
    rows.map((row) => factOf(id, row)),
    limit,
    factCursor,
  )
}

export async function pruneEvents(db: Database, id: RecordId, below: number): Promise<void> {
  await db.deleteFrom('nightlatch_events').where('record_id', '=', id).where('n', '<', below).execute()
}

export async function replaceEvents(
  db: Database,
  id: RecordId,
  rows: readonly Pick<EventRow, 'n' | 'body'>[],
): Promise<void> {
  for (const { n, body } of rows) {
    await db.updateTable('nightlatch_events').set({ body }).where('record_id', '=', id).where('n', '=', n).execute()
  }
}

/** `rows` has one row more than the page if there is a next page. */
function pageOf<Row>(rows: readonly Row[], limit: number, cursorOf: (row: Row) => string): Page<Row> {
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? cursorOf(items.at(-1)!) : null }
}

/** A mark of byte order is a character like any other. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

type Read<Row> = { readonly [Column in keyof Row]: unknown }

function eventOf({ n, type, at, body }: Read<EventRow>): EventRow {
  return { n: numberOf(n), type: stringOf(type), at: numberOf(at), body: stringOf(body) }
}

function factOf(recordId: RecordId | null, row: Read<Omit<FactRow, 'recordId'>>): FactRow {
  const [id, type, mac] = [stringOf(row.id), stringOf(row.type), stringOf(row.mac)]
  return { id, recordId, type, at: numberOf(row.at), fields: fieldsOf(stringOf(row.fields)), mac }
}

/** Empty for what nightlatch never wrote. */
function stringOf(value: unknown): string {
  if (typeof value === 'string') return value
  const bytes = bytesOf(value)
  try {
    return bytes === null ? '' : decoder.decode(bytes)
  } catch {
    return ''
  }
}

/** Drivers give bytes as a view, or as an `ArrayBuffer`, also of another JavaScript context. */
function bytesOf(value: unknown): Uint8Array | null {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  const isBuffer = Object.prototype.toString.call(value) === '[object ArrayBuffer]'
  return isBuffer ? new Uint8Array(value as ArrayBuffer) : null
}

/** Some drivers give 64-bit columns as text. NaN for what nightlatch never wrote. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value
  const text = stringOf(value)
  return String(Number(text)) === text ? Number(text) : NaN
}

/** Empty if somebody damaged the fields. The other facts stay readable. */
function fieldsOf(text: string): FactRow['fields'] {
  try {
    const fields: unknown = JSON.parse(text)
    return (typeof fields === 'object' && fields !== null ? fields : {}) as FactRow['fields']
  } catch {
    return {}
  }
}
