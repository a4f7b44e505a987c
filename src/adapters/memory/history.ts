import { eventCursor, factCursor, parseEventCursor, parseFactCursor } from '../../core/storage-query.ts'
import type { FactPosition } from '../../core/storage-query.ts'
import type { EventRow, FactRow, FactsQuery, HistoryFilter, HistoryQuery, Page, RecordId } from '../../ports/storage.ts'
import type { Store } from './store.ts'
import { compareTexts, partitionOf } from './store.ts'

export function append(store: Store, facts: readonly FactRow[]): void {
  for (const fact of structuredClone(facts)) insertFact(partitionOf(store, fact.recordId ?? '').facts, fact)
}

export function eventsPage({ partitions }: Store, { id, after, limit, filter, order }: HistoryQuery): Page<EventRow> {
  const position = parseEventCursor(after, order)
  const isOldest = order === 'oldest'
  const isPast = (n: number): boolean => position !== null && (isOldest ? n <= position : n >= position)
  const wanted = (row: EventRow): boolean => !isPast(row.n) && passes(row, filter)
  const events = partitions.get(id)?.events ?? []
  return pageOf(isOldest ? events.toReversed() : events, limit, wanted, ({ n }) => eventCursor(n))
}

export function factsPage({ partitions }: Store, { id, after, limit, filter }: FactsQuery): Page<FactRow> {
  const below = parseFactCursor(after)
  const wanted = (row: FactRow): boolean => (below === null || compareFacts(row, below) < 0) && passes(row, filter)
  return pageOf(partitions.get(id ?? '')?.facts ?? [], limit, wanted, factCursor)
}

export function prune({ partitions }: Store, id: RecordId, below: number): void {
  const events = partitions.get(id)?.events
  events?.splice(0, events.length, ...events.filter(({ n }) => n >= below))
}

export function replace({ partitions }: Store, id: RecordId, rows: readonly EventRow[]): void {
  const events = partitions.get(id)?.events ?? []
  const bodies = new Map(rows.map(({ n, body }) => [n, body]))
  events.forEach((event, index) => {
    const body = bodies.get(event.n)
    if (body !== undefined) events[index] = { ...event, body }
  })
}

function insertFact(facts: FactRow[], fact: FactRow): void {
  let index = facts.length
  while (index > 0 && compareFacts(facts[index - 1]!, fact) > 0) index--
  const known = index > 0 && compareFacts(facts[index - 1]!, fact) === 0
  if (!known) facts.splice(index, 0, fact)
}

/** The last rows of the list come first. */
function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  wanted: (row: Row) => boolean,
  cursorOf: (row: Row) => string,
): Page<Row> {
  const items: Row[] = []
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!
    if (!wanted(row)) continue
    if (items.length === limit) return { items, next: cursorOf(items[limit - 1]!) }
    items.push(structuredClone(row))
  }
  return { items, next: null }
}

function passes(row: { readonly type: string; readonly at: number }, filter: HistoryFilter = {}): boolean {
  const { types, from = -Infinity, to = Infinity } = filter
  return row.at >= from && row.at < to && (types === undefined || types.includes(row.type))
}

function compareFacts(a: FactPosition, b: FactPosition): number {
  return a.at - b.at || compareTexts(a.id, b.id)
}
