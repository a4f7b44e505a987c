import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'

/** The host's own tables. nightlatch keeps its own beside them in the same file, all named `nightlatch_…`. */
export interface Tables {
  users: { id: string; email: string; name: string; password: string; created_at: number }
  sessions: { id_hash: string; data: string; expires_at: number }
  mails: {
    id: string
    received_at: number
    sender: string
    recipient: string
    subject: string
    text: string
    html: string
  }
  texts: { id: string; received_at: number; recipient: string; text: string }
}

export type PortalDatabase = Kysely<Tables>

export async function openDatabase(file: string): Promise<PortalDatabase> {
  const database = new Database(file)
  database.pragma('journal_mode = WAL')
  database.pragma('busy_timeout = 5000')
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) })
  await createTables(db)
  return db
}

async function createTables({ schema }: PortalDatabase): Promise<void> {
  await schema
    .createTable('users')
    .ifNotExists()
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('email', 'text', (column) => column.notNull().unique())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('password', 'text', (column) => column.notNull())
    .addColumn('created_at', 'integer', (column) => column.notNull())
    .execute()
  await schema
    .createTable('sessions')
    .ifNotExists()
    .addColumn('id_hash', 'text', (column) => column.primaryKey())
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'integer', (column) => column.notNull())
    .execute()
  await schema
    .createTable('mails')
    .ifNotExists()
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('received_at', 'integer', (column) => column.notNull())
    .addColumn('sender', 'text', (column) => column.notNull())
    .addColumn('recipient', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('html', 'text', (column) => column.notNull())
    .execute()
  await schema
    .createTable('texts')
    .ifNotExists()
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('received_at', 'integer', (column) => column.notNull())
    .addColumn('recipient', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .execute()
}
