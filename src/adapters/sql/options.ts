import type { Kysely } from 'kysely'
import { NightlatchError } from '../../core/errors.ts'
import type { SqlDialect } from './dialect.ts'
import { dialectOf } from './engines.ts'
import type { SqlDialectName } from './engines.ts'
import type { Database } from './tables.ts'

export interface SqlStorageOptions {
  /** The engine behind the Kysely instance. Default: `sqlite`, the only one so far. */
  readonly dialect?: SqlDialectName
}

export function requireDialect(options: SqlStorageOptions = {}): SqlDialect {
  if (typeof options !== 'object' || options === null) {
    throw new NightlatchError('NL_CONFIG', 'options of the SQL storage must be an object')
  }
  for (const key of Object.keys(options)) {
    if (key !== 'dialect') throw new NightlatchError('NL_CONFIG', `the SQL storage has no option ${key}`)
  }
  const dialect = dialectOf(options.dialect ?? 'sqlite')
  if (dialect === undefined) throw new NightlatchError('NL_CONFIG', "dialect of the SQL storage must be 'sqlite'")
  return dialect
}

/** The host's instance seen through our own tables: its schema type says nothing about them. */
export function requireDatabase<Schema>(db: Kysely<Schema>): Database {
  const { selectFrom, connection } = Object(db) as Partial<Kysely<Schema>>
  if (typeof selectFrom !== 'function' || typeof connection !== 'function') {
    throw new NightlatchError('NL_CONFIG', 'the SQL storage needs a Kysely instance or transaction')
  }
  return db as unknown as Database
}
