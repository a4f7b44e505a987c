import type { InsertQueryBuilder, InsertResult, RawBuilder } from 'kysely'
import type { CommitAnswer, TakeMessages } from '../../ports/storage.ts'
import type { CommitRows, Database, MessageRow, Tables } from './tables.ts'

/**
 * Everything in which engines differ. A new engine is one more file that implements this, and a name in `engines.ts`.
 */
export interface SqlDialect {
  readonly columns: {
    /** Up to 200 characters, compared byte by byte: case, accents and trailing spaces matter. */
    readonly id: string
    readonly text: string
    readonly integer: string
  }
  /** The words after the closing parenthesis of a table whose rows are read by their primary key only. */
  readonly clustered: string
  /** Runs one statement that reads. */
  read<T>(db: Database, work: () => Promise<T>): Promise<T>
  /** Runs one statement that writes. Its answer is certain when this resolves. */
  write<T>(db: Database, work: (db: Database) => Promise<T>): Promise<T>
  /**
   * Runs `work` in a transaction, without other writers in between. Rolls back if `work` throws or `keeps` is false for
   * its answer.
   */
  transaction<T>(db: Database, work: (transaction: Database) => Promise<T>, keeps: (answer: T) => boolean): Promise<T>
  /** Like {@link transaction}, but only one process at a time runs it. */
  exclusively(db: Database, work: (transaction: Database) => Promise<void>): Promise<void>
  /** A transaction of several statements, or one statement if the engine can do all in one. */
  commit(db: Database, rows: CommitRows): Promise<CommitAnswer>
  /** Makes an insert skip the rows whose key exists, so that the count of inserted rows shows it. */
  ifAbsent<Table extends keyof Tables>(
    insert: InsertQueryBuilder<Tables, Table, InsertResult>,
  ): InsertQueryBuilder<Tables, Table, InsertResult>
  /**
   * A column of any type as bytes. Somebody who writes the file may leave text that is no UTF-8, and a driver may end
   * the whole process over it (libsql 0.5).
   */
  asBytes(column: string): RawBuilder<unknown>
  /** Leases due messages, in any order. Two callers never get the same one. */
  take(db: Database, request: TakeMessages): Promise<readonly MessageRow[]>
}
