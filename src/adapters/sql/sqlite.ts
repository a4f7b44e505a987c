import { commitInTransaction } from './commit.ts'
import type { SqlDialect } from './dialect.ts'
import { inSavepoint, inTransaction } from './transaction.ts'

/** How long a call waits for other writers of the file, in all; ms. */
const patience = 5000

export const sqlite: SqlDialect = {
  columns: { id: 'text collate binary', text: 'text', integer: 'integer' },
  clustered: 'without rowid',

  run: (db, work) => (db.isTransaction ? work() : whenFree(work)),

  // A deferred transaction that reads first and writes later fails at once when another writer came between; this one
  // takes the write lock at the start, where waiting is possible.
  transaction: (db, work, keeps) =>
    db.isTransaction ? inSavepoint(db, work, keeps) : whenFree(() => inTransaction(db, 'begin immediate', work, keeps)),

  exclusively: (db, work) => sqlite.transaction(db, work, () => true),

  commit: (db, rows) => commitInTransaction(sqlite, db, rows),

  ifAbsent: (insert) => insert.onConflict((conflict) => conflict.doNothing()),

  take: (db, { now, leaseToken, leaseUntil, limit, partition, channel }) =>
    db
      .updateTable('nightlatch_messages')
      .set((row) => ({ lease_token: leaseToken, lease_until: leaseUntil, attempts: row('attempts', '+', 1) }))
      .where((row) => {
        let due = row
          .selectFrom('nightlatch_messages')
          .select(['record_id', 'message_id'])
          .where('status', '=', 'waiting')
          .where('due_at', '<=', now)
          .where((free) => free.or([free('lease_until', 'is', null), free('lease_until', '<=', now)]))
        if (partition !== undefined) due = due.where('record_id', '=', partition)
        if (channel !== undefined) due = due.where('channel', '=', channel)
        const first = due.orderBy('due_at').orderBy('record_id').orderBy('message_id').limit(limit)
        return row(row.refTuple('record_id', 'message_id'), 'in', first.$asTuple('record_id', 'message_id'))
      })
      .returningAll()
      .execute(),
}

/**
 * Tries again while another connection writes. The driver's own waiting (`busy_timeout`) holds up the whole process, and
 * in vain when the other connection belongs to it; a busy file left nothing written, so that trying again is safe.
 */
async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  const until = performance.now() + patience
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())))
    }
  }
}

function isBusy(error: unknown): boolean {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown }
  return String(code).startsWith('SQLITE_BUSY') || String(message).includes('database is locked')
}
