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

/** The host's instance with the type of our own tables. Its own type does not have them. */
export function requireDatabase(db: unknown): Database {
  if (!isDatabase(db)) throw new NightlatchError('NL_CONFIG', 'the SQL storage needs a Kysely instance or transaction')
  return db
}

function isDatabase(value: unknown): value is Database {
  const { selectFrom, connection } = Object(value) as Partial<Database>
  return typeof selectFrom === 'function' && typeof connection === 'function'
}
