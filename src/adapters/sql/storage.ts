import type { Kysely } from 'kysely'
import { NightlatchError } from '../../core/errors.ts'
import {
  maxPageSize,
  requireHistoryQuery,
  requireLimit,
  requireNumber,
  requireRecordId,
  requireRows,
  requireSettlement,
  requireTaking,
} from '../../core/storage-query.ts'
import type { Directory } from '../../ports/directory.ts'
import type { FactRow, Storage } from '../../ports/storage.ts'
import { rowsOf } from './commit.ts'
import { storageCall } from './failure.ts'
import { listEvents, listFacts, pruneEvents, replaceEvents } from './history.ts'
import { requireDatabase, requireDialect } from './options.ts'
import type { SqlStorageOptions } from './options.ts'
import { settleMessage, takeMessages } from './outbox.ts'
import type { Query } from './prepared.ts'
import { runPrepared } from './prepared.ts'
import type { Database, FactTableRow } from './tables.ts'

/**
 * Storage in SQL tables, through the host's own Kysely instance. {@link migrate} makes the tables. With a transaction
 * instead of an instance, everything becomes part of that transaction. An answer is then valid only after the host's
 * commit.
 *
 * @contract effect(database) · times ms since epoch · the outcomes of `Storage`
 *   · throws NL_CONFIG, NL_ARGUMENT, NL_STORAGE_FAILED
 * @example
 * const db = new Kysely({ dialect: new SqliteDialect({ database: new Database('app.db') }) })
 * await migrate(db)
 * const storage = sqlStorage(db)
 */
export function sqlStorage<Schema>(db: Kysely<Schema>, options?: SqlStorageOptions): Storage & Directory {
  const dialect = requireDialect(options)
  const database = requireDatabase(db)
  const read = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    storageCall(name, () => dialect.read(database, work))
  const write = <T>(name: string, work: (db: Database) => Promise<T>): Promise<T> =>
    storageCall(name, () => dialect.write(database, work))

  return {
    async load(id) {
      const { rows } = await read('load', () => runPrepared(database, database, selectRecord, [{ id }]))
      const [row] = rows
      return row ? { version: row.version, doc: row.doc } : null
    },

    async commit(change) {
      requireRecordId(change.id)
      const rows = rowsOf(change)
      return storageCall('commit', () => dialect.commit(database, rows))
    },

    async listRecords({ after, limit }) {
      requireLimit(limit)
      if (after !== undefined) requireRecordId(after)
      let query = database.selectFrom('nightlatch_records').select('id')
      if (after !== undefined) query = query.where('id', '>', after)
      const page = query.orderBy('id').limit(limit + 1)
      const ids = (await read('listRecords', () => page.execute())).map((row) => row.id)
      const items = ids.slice(0, limit)
      return { items, next: ids.length > limit ? (items.at(-1) ?? null) : null }
    },

    async pruneEvents({ id, below }) {
      requireRecordId(id)
      requireNumber(below, 'below')
      await write('pruneEvents', (transaction) => pruneEvents(transaction, id, below))
    },

    async replaceEvents({ id, rows }) {
      requireRecordId(id)
      requireRows(rows, 'rows')
      const bodies = rows.map(({ n, body }) => ({ n, body }))
      const work = (transaction: Database): Promise<void> => replaceEvents(transaction, id, bodies)
      await storageCall('replaceEvents', () => dialect.transaction(database, work, () => true))
    },

    async find(key) {
      const query = database.selectFrom('nightlatch_keys').select('record_id').where('unique_key', '=', key)
      const row = await read('find', () => query.executeTakeFirst())
      return row?.record_id ?? null
    },

    async append(facts) {
      const rows = factRows(facts)
      if (rows.length === 0) return
      await write('append', (db) => dialect.ifAbsent(db.insertInto('nightlatch_facts').values(rows)).execute())
    },

    async listEvents(query) {
      requireHistoryQuery(query)
      return read('listEvents', () => listEvents(dialect, database, query))
    },

    async listFacts(query) {
      requireHistoryQuery(query)
      return read('listFacts', () => listFacts(dialect, database, query))
    },

    async takeMessages(request) {
      requireTaking(request)
      return write('takeMessages', (db) => takeMessages(dialect, db, request))
    },

    async settleMessage(request) {
      requireSettlement(request.outcome)
      return write('settleMessage', (db) => settleMessage(database, db, request))
    },
  }
}

const selectRecord: Query<{ readonly id: string }, { readonly version: string; readonly doc: string }> = (db, [row]) =>
  db.selectFrom('nightlatch_records').select(['version', 'doc']).where('id', '=', row!.id)

function factRows(facts: readonly FactRow[]): readonly FactTableRow[] {
  if (facts.length > maxPageSize) {
    throw new NightlatchError('NL_ARGUMENT', `facts must be at most ${maxPageSize} rows`)
  }
  return facts.map(({ id, recordId, type, at, fields, mac }) => {
    if (recordId !== null) requireRecordId(recordId)
    return { record_id: recordId ?? '', at, id, type, fields: JSON.stringify(fields), mac }
  })
}
