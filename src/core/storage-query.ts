import { NightlatchError } from './errors.ts'

/** All storage adapters share these checks and cursors. No page has more rows than this. */
export const maxPageSize = 500

interface Query {
  readonly id: string | null
  readonly order?: 'newest' | 'oldest'
  readonly after?: string
  readonly limit: number
  readonly filter?: { readonly types?: readonly string[]; readonly from?: number; readonly to?: number }
}

export interface FactPosition {
  readonly at: number
  readonly id: string
}

function refuse(message: string): never {
  throw new NightlatchError('NL_ARGUMENT', message)
}

function requireText(value: unknown, title: string): void {
  if (typeof value !== 'string') refuse(`${title} must be a string`)
}

export function requireTime(value: unknown, title: string): void {
  if (!Number.isSafeInteger(value)) refuse(`${title} must be a whole number of milliseconds`)
}

export function requireRecordId(id: unknown): void {
  if (typeof id !== 'string' || id.length === 0 || id.length > 200) {
    refuse('the record id must be a string of 1 to 200 characters')
  }
}

export function requireLimit(limit: unknown): void {
  if (!Number.isSafeInteger(limit) || (limit as number) < 1 || (limit as number) > maxPageSize) {
    refuse(`limit must be a whole number from 1 to ${maxPageSize}`)
  }
}

export function requireRows(rows: readonly unknown[], title: string): void {
  if (rows.length > maxPageSize) refuse(`${title} must be at most ${maxPageSize} rows`)
}

export function requireNumber(n: unknown, title: string): void {
  if (!Number.isSafeInteger(n) || (n as number) < 0) refuse(`${title} must be a whole number`)
}

export function requireTaking({
  now,
  leaseUntil,
  limit,
  except,
}: {
  readonly now: number
  readonly leaseUntil: number
  readonly limit: number
  readonly except?: unknown
}): void {
  requireTime(now, 'now')
  requireTime(leaseUntil, 'leaseUntil')
  requireLimit(limit)
  if (except === undefined) return
  if (!Array.isArray(except) || except.length > maxPageSize) {
    refuse(`except must be a list of at most ${maxPageSize} record ids`)
  }
  for (const id of except as readonly unknown[]) requireRecordId(id)
}

/** The outcome of a message: a word, or what is left to do. */
export function requireSettlement(outcome: unknown): void {
  if (outcome === 'sent' || outcome === 'dead') return
  if (typeof outcome !== 'object' || outcome === null) return refuse('outcome must be sent, dead or what is left to do')
  const { retryAt, body } = outcome as Readonly<Record<string, unknown>>
  if (retryAt === undefined && body === undefined) refuse('outcome must have retryAt or body')
  if (retryAt !== undefined) requireTime(retryAt, 'outcome.retryAt')
  if (body !== undefined) requireText(body, 'outcome.body')
}

export function requireHistoryQuery({ id, limit, filter, order = 'newest' }: Query): void {
  if (order !== 'newest' && order !== 'oldest') refuse('order must be newest or oldest')
  if (id !== null) requireText(id, 'id')
  requireLimit(limit)
  if (filter?.from !== undefined) requireTime(filter.from, 'filter.from')
  if (filter?.to !== undefined) requireTime(filter.to, 'filter.to')
  if (filter?.types === undefined) return
  if (!Array.isArray(filter.types)) refuse('filter.types must be a list of strings')
  for (const type of filter.types) requireText(type, 'filter.types')
}

export function eventCursor(n: number): string {
  return String(n)
}

/** The position that an event cursor names. Null if there is no cursor. Before the oldest event there is 0. */
export function parseEventCursor(after: string | undefined, order: Query['order'] = 'newest'): number | null {
  if (after === undefined) return null
  const n = typeof after === 'string' && /^(?:0|[1-9]\d{0,15})$/.test(after) ? Number(after) : NaN
  if (Number.isSafeInteger(n) && (n > 0 || order === 'oldest')) return n
  return refuse('after must be a cursor from Page.next of listEvents')
}

export function factCursor({ at, id }: FactPosition): string {
  return `${at}:${id}`
}

/** The position that a fact cursor names. Null if there is no cursor. */
export function parseFactCursor(after: string | undefined): FactPosition | null {
  if (after === undefined) return null
  const [, at, id] = (typeof after === 'string' && /^(-?\d{1,16}):(.{1,200})$/su.exec(after)) || []
  if (at === undefined || id === undefined || !Number.isSafeInteger(Number(at))) {
    return refuse('after must be a cursor from Page.next of listFacts')
  }
  return { at: Number(at), id }
}
