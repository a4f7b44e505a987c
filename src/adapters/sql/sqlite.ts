import { commitInTransaction } from './commit.ts'
import type { SqlDialect } from './dialect.ts'
import { sql } from './kysely.ts'
import { inTurn, whenFree } from './sqlite-turns.ts'
import { inSavepoint, inTransaction } from './transaction.ts'

export const sqlite: SqlDialect = {
  columns: { id: 'text collate binary', text: 'text', integer: 'integer' },
  clustered: 'without rowid',

  read: (db, work) => (db.isTransaction ? work() : whenFree(work)),

  // Always in a transaction: after a busy file, a driver that does not reset the refused statement (libsql 0.5) reports
  // the next writes as done and does not keep them. In that state a commit fails, and is tried again.
  write: (db, work) => sqlite.transaction(db, work, () => true),

  // It takes the write lock at the start, where waiting is possible. A deferred transaction that reads first and writes
  // later fails at once if another writer came between.
  transaction: (db, work, keeps) =>
    db.isTransaction
      ? inSavepoint(db, work, keeps)
      : inTurn(db, () => whenFree(() => inTransaction(db, 'begin immediate', work, keeps))),

  exclusively: (db, work) => sqlite.transaction(db, work, () => true),

  commit: (db, rows) => commitInTransaction(sqlite, db, rows),

  ifAbsent: (insert) => insert.onConflict((conflict) => conflict.doNothing()),

  asBytes: (column) => sql`cast(${sql.ref(column)} as blob)`,

  take: (db, { now, leaseToken, leaseUntil, limit, partition, except, channel }) =>
    db
      .updateTable('nightlatch_messages')
      .set((row) => ({ lease_token: leaseToken, lease_until: leaseUntil, attempts: row('attempts', '+', 1) }))
      .where((row) => {
        let due = row
          .selectFrom('nightlatch_messages')
          .select(['record_id', 'message_id'])
          .where('due_at', '<=', now)
          .where((free) => free.or([free('lease_until', 'is', null), free('lease_until', '<=', now)]))
        if (partition !== undefined) due = due.where('record_id', '=', partition)
        if (except !== undefined && except.length > 0) due = due.where('record_id', 'not in', except)
        if (channel !== undefined) due = due.where('channel', '=', channel)
        const first = due.orderBy('due_at').orderBy('record_id').orderBy('message_id').limit(limit)
        return row(row.refTuple('record_id', 'message_id'), 'in', first.$asTuple('record_id', 'message_id'))
      })
      .returningAll()
      .execute(),
}
