import type { Kysely } from 'kysely'
import type { SqlDialect } from './dialect.ts'
import { storageCall } from './failure.ts'
import { sql } from './kysely.ts'
import { requireDatabase, requireDialect } from './options.ts'
import type { SqlStorageOptions } from './options.ts'

/** One statement. A host runs each once, in the order of the list. Names and statements of a release never change. */
export interface SqlMigration {
  readonly name: string
  readonly sql: string
}

/**
 * The statements that make the tables, for hosts that have a tool of their own for migrations. Each may be run twice.
 * Hosts without such a tool call {@link migrate}.
 *
 * @contract pure · a list of statements · throws NL_CONFIG
 * @example
 * sqlMigrations()[0]?.name // '0001_records'
 */
export function sqlMigrations(options?: SqlStorageOptions): readonly SqlMigration[] {
  const { columns, clustered } = requireDialect(options)
  const table = (name: string, definitions: readonly string[], suffix = ''): string =>
    `create table if not exists nightlatch_${name} (${definitions.join(', ')}) ${suffix}`.trimEnd()
  return [
    { name: '0001_records', sql: table('records', recordColumns(columns)) },
    {
      name: '0002_records_by_kind',
      sql: 'create index if not exists nightlatch_records_by_kind on nightlatch_records (kind, created_at, id)',
    },
    { name: '0003_keys', sql: table('keys', keyColumns(columns), clustered) },
    { name: '0004_events', sql: table('events', eventColumns(columns), clustered) },
    { name: '0005_facts', sql: table('facts', factColumns(columns), clustered) },
    { name: '0006_messages', sql: table('messages', messageColumns(columns)) },
    {
      name: '0007_messages_by_due',
      sql: 'create index if not exists nightlatch_messages_by_due on nightlatch_messages (channel, due_at)',
    },
  ]
}

type Columns = SqlDialect['columns']

const recordColumns = ({ id, text, integer }: Columns): readonly string[] => [
  `id ${id} not null primary key`,
  `version ${text} not null`,
  `doc ${text} not null`,
  `kind ${id} not null`,
  `created_at ${integer} not null`,
  `updated_at ${integer} not null`,
  `totp_authenticators ${integer} not null`,
  `backup_codes_left ${integer} not null`,
  `locked_until ${integer}`,
]

const keyColumns = ({ id }: Columns): readonly string[] => [
  `unique_key ${id} not null primary key`,
  `record_id ${id} not null`,
]

const eventColumns = ({ id, text, integer }: Columns): readonly string[] => [
  `record_id ${id} not null`,
  `n ${integer} not null`,
  `type ${text} not null`,
  `at ${integer} not null`,
  `body ${text} not null`,
  'primary key (record_id, n)',
]

const factColumns = ({ id, text, integer }: Columns): readonly string[] => [
  `record_id ${id} not null`,
  `at ${integer} not null`,
  `id ${id} not null`,
  `type ${text} not null`,
  `fields ${text} not null`,
  `mac ${text} not null`,
  'primary key (record_id, at, id)',
]

const messageColumns = ({ id, text, integer }: Columns): readonly string[] => [
  `record_id ${id} not null`,
  `message_id ${id} not null`,
  `channel ${id} not null`,
  `due_at ${integer} not null`,
  `attempts ${integer} not null`,
  `lease_token ${text}`,
  `lease_until ${integer}`,
  `body ${text} not null`,
  'primary key (record_id, message_id)',
]

/**
 * Brings the tables up to date. Call it at every start, also from several processes at once: one does the work, and the
 * others wait for it.
 *
 * @contract effect(database) · nothing · throws NL_CONFIG, NL_STORAGE_FAILED
 * @example
 * const db = new Kysely({ dialect: new SqliteDialect({ database: new Database('app.db') }) })
 * await migrate(db)
 */
export async function migrate<Schema>(db: Kysely<Schema>, options?: SqlStorageOptions): Promise<void> {
  const dialect = requireDialect(options)
  const database = requireDatabase(db)
  const migrations = sqlMigrations(options)
  const list = `create table if not exists nightlatch_migrations (name ${dialect.columns.id} not null primary key)`
  await storageCall('migrate', () =>
    dialect.exclusively(database, async (transaction) => {
      await sql.raw(list).execute(transaction)
      const rows = await transaction.selectFrom('nightlatch_migrations').select('name').execute()
      const done = new Set(rows.map(({ name }) => name))
      for (const migration of migrations.filter(({ name }) => !done.has(name))) {
        await sql.raw(migration.sql).execute(transaction)
        await transaction.insertInto('nightlatch_migrations').values({ name: migration.name }).execute()
      }
    }),
  )
}
