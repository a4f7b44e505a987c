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

const instances = new WeakMap<object, Database>()

/**
 * The host's instance with the type of our own tables, which its own type does not have, and without its plugins. They
 * may rename columns or parse texts, and the queries here do not expect that. The same instance always gives the same
 * answer, because calls that must wait for each other are queued by it.
 */
export function requireDatabase(db: unknown): Database {
  if (!isDatabase(db)) throw new NightlatchError('NL_CONFIG', 'the SQL storage needs a Kysely instance or transaction')
  const plain = instances.get(db) ?? db.withoutPlugins()
  instances.set(db, plain)
  return plain
}

function isDatabase(value: unknown): value is Database {
  const { selectFrom, withoutPlugins } = Object(value) as Partial<Database>
  return typeof selectFrom === 'function' && typeof withoutPlugins === 'function'
}
