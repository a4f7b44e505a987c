import { sql } from 'kysely'
import type { EventRow, FactRow, Storage, StoredRecord } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { peekEvents, peekFacts } from './peek.ts'
import { sqliteFile } from './sqlite.ts'

/** Somebody who can write the tables but holds no key. */
export interface Vandal {
  readonly storage: Storage
  /** Oldest first. */
  rows(accountId: string): Promise<readonly EventRow[]>
  replaceRows(accountId: string, rows: readonly EventRow[]): Promise<void>
  replaceRecord(accountId: string, record: StoredRecord | null): Promise<void>
  /** Oldest first. Null: those without an account. */
  facts(accountId: string | null): Promise<readonly FactRow[]>
  replaceFacts(accountId: string, facts: readonly FactRow[]): Promise<void>
  close(): Promise<void>
}

const idOf = (accountId: string): string => `account:${accountId}`

/** A memory storage that answers what the vandal put there instead of what was stored. */
export async function memoryVandal(): Promise<Vandal> {
  const inner = memoryStorage()
  const spoiledRows = new Map<string, readonly EventRow[]>()
  const spoiledRecords = new Map<string, StoredRecord | null>()
  const spoiledFacts = new Map<string, readonly FactRow[]>()
  const storage: Storage = {
    ...inner,
    async load(id) {
      const spoiled = spoiledRecords.get(id)
      return spoiled === undefined ? inner.load(id) : spoiled
    },
    async listEvents(query) {
      const spoiled = spoiledRows.get(query.id)
      if (spoiled === undefined) return inner.listEvents(query)
      const up = query.order === 'oldest'
      const after = query.after === undefined ? null : Number(query.after)
      const isPast = ({ n }: EventRow): boolean => after !== null && (up ? n <= after : n >= after)
      // Words come after all numbers, as in SQLite.
      const place = ({ n }: EventRow): number => (typeof n === 'number' ? n : Infinity)
      const rows = spoiled
        .filter((row) => !isPast(row))
        .sort((a, b) => (place(a) === place(b) ? 0 : up ? place(a) - place(b) : place(b) - place(a)))
      const items = structuredClone(rows.slice(0, query.limit))
      return { items, next: rows.length > query.limit ? String(items.at(-1)?.n) : null }
    },
    async listFacts(query) {
      const spoiled = spoiledFacts.get(query.id ?? '')
      if (spoiled === undefined) return inner.listFacts(query)
      // In the order that the vandal gave them: this storage lies as it likes.
      const from = Number(query.after ?? 0)
      const until = from + query.limit
      const items = structuredClone(spoiled.toReversed().slice(from, until))
      return { items, next: until < spoiled.length ? String(until) : null }
    },
  }
  return {
    storage,
    rows: (accountId) => peekEvents(inner, accountId),
    async replaceRows(accountId, rows) {
      spoiledRows.set(idOf(accountId), rows)
    },
    async replaceRecord(accountId, record) {
      spoiledRecords.set(idOf(accountId), record)
    },
    facts: (accountId) => peekFacts(inner, accountId),
    async replaceFacts(accountId, facts) {
      spoiledFacts.set(idOf(accountId), facts)
    },
    close: async () => undefined,
  }
}

/** A SQLite file and plain SQL. */
export async function sqliteVandal(): Promise<Vandal> {
  const { db, storage, close } = await sqliteFile()
  return {
    storage,
    close,
    rows: (accountId) => peekEvents(storage, accountId),
    async replaceRows(accountId, rows) {
      const id = idOf(accountId)
      await sql`delete from nightlatch_events where record_id = ${id}`.execute(db)
      for (const { n, type, at, body } of rows) {
        await sql`insert into nightlatch_events (record_id, n, type, at, body)
          values (${id}, ${n}, ${type}, ${at}, ${body})`.execute(db)
      }
    },
    async replaceRecord(accountId, record) {
      const id = idOf(accountId)
      if (record === null) await sql`delete from nightlatch_records where id = ${id}`.execute(db)
      else {
        const { version, doc } = record
        await sql`update nightlatch_records set version = ${version}, doc = ${doc} where id = ${id}`.execute(db)
      }
    },
    facts: (accountId) => peekFacts(storage, accountId),
    async replaceFacts(accountId, facts) {
      const recordId = idOf(accountId)
      await sql`delete from nightlatch_facts where record_id = ${recordId}`.execute(db)
      for (const { id, type, at, fields, mac } of facts) {
        await sql`insert into nightlatch_facts (record_id, at, id, type, fields, mac)
          values (${recordId}, ${at}, ${id}, ${type}, ${JSON.stringify(fields)}, ${mac})`.execute(db)
      }
    },
  }
}

export const vandals: readonly { readonly title: string; arrive(): Promise<Vandal> }[] = [
  { title: 'memory', arrive: memoryVandal },
  { title: 'SQLite', arrive: sqliteVandal },
]
