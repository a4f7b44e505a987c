import type { InsertQueryBuilder, InsertResult } from 'kysely'
import type { CommitAnswer, TakeMessages } from '../../ports/storage.ts'
import type { CommitRows, Database, MessageRow, Tables } from './tables.ts'

/** Everything in which engines differ. A new engine is one more file that implements this, and a name in `engines.ts`. */
export interface SqlDialect {
  readonly columns: {
    /** Up to 200 characters, compared byte by byte: case, accents and trailing spaces make a difference. */
    readonly id: string
    readonly text: string
    readonly integer: string
  }
  /** What follows the closing parenthesis of a table whose rows are read by their primary key only. */
  readonly clustered: string
  /** Runs one statement that reads. */
  read<T>(db: Database, work: () => Promise<T>): Promise<T>
  /** Runs one statement that writes; its answer may be trusted once this resolves. */
  write<T>(db: Database, work: (db: Database) => Promise<T>): Promise<T>
  /** Runs `work` in a transaction that no writer can slip into; what `keeps` refuses, and what throws, is rolled back. */
  transaction<T>(db: Database, work: (transaction: Database) => Promise<T>, keeps: (answer: T) => boolean): Promise<T>
  /** Like {@link transaction}, and no other process is in its own at the same time. */
  exclusively(db: Database, work: (transaction: Database) => Promise<void>): Promise<void>
  /** A transaction of several statements, or one statement where the engine can say it all at once. */
  commit(db: Database, rows: CommitRows): Promise<CommitAnswer>
  /** Makes an insert pass over the rows whose key exists, so that the count of inserted rows tells. */
  ifAbsent<Table extends keyof Tables>(
    insert: InsertQueryBuilder<Tables, Table, InsertResult>,
  ): InsertQueryBuilder<Tables, Table, InsertResult>
  /** Leases due messages so that two takers never get the same one; in any order. */
  take(db: Database, request: TakeMessages): Promise<readonly MessageRow[]>
}
