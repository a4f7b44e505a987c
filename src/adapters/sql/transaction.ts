import { sql } from './kysely.ts'
import type { Database } from './tables.ts'

type Work<T> = (transaction: Database) => Promise<T>

/** A transaction on one connection, opened by the statement `begin`. */
export async function inTransaction<T>(
  db: Database,
  begin: string,
  work: Work<T>,
  keeps: (answer: T) => boolean,
): Promise<T> {
  return db.connection().execute(async (connection) => {
    await sql.raw(begin).execute(connection)
    try {
      const answer = await work(connection)
      await sql.raw(keeps(answer) ? 'commit' : 'rollback').execute(connection)
      return answer
    } catch (error) {
      // Some failures end the transaction themselves. The first error is the one to report.
      await sql
        .raw('rollback')
        .execute(connection)
        .catch(() => {})
      throw error
    }
  })
}

const queues = new WeakMap<Database, Promise<unknown>>()

/**
 * A part of the host's transaction that can be rolled back alone. Savepoints can only be nested, so that calls on one
 * transaction wait for each other.
 */
export async function inSavepoint<T>(transaction: Database, work: Work<T>, keeps: (answer: T) => boolean): Promise<T> {
  const part = async (): Promise<T> => {
    await sql.raw('savepoint nightlatch').execute(transaction)
    let kept = false
    try {
      const answer = await work(transaction)
      kept = keeps(answer)
      return answer
    } finally {
      if (!kept) await sql.raw('rollback to savepoint nightlatch').execute(transaction)
      await sql.raw('release savepoint nightlatch').execute(transaction)
    }
  }
  const turn = (queues.get(transaction) ?? Promise.resolve()).then(part)
  queues.set(
    transaction,
    turn.catch(() => {}),
  )
  return turn
}
