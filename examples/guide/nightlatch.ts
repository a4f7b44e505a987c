import Database from 'libsql'
import { Kysely, SqliteDialect } from 'kysely'
import { createNightlatch, keyring } from 'nightlatch'
import { migrate, sqlStorage } from 'nightlatch/storage/sql'
import { users } from './users.ts'

const file = new Database(process.env.DATABASE ?? 'app.db')
file.pragma('journal_mode = WAL')
file.pragma('busy_timeout = 5000')
const db = new Kysely({ dialect: new SqliteDialect({ database: file }) })
await migrate(db) // or run sqlMigrations() with your own tool

export const nl = createNightlatch({
  appName: 'Acme',
  contact: 'security@acme.example',
  storage: sqlStorage(db),
  mailer: { send: async ({ to, subject }) => console.log(`mail to ${to}: ${subject}`) }, // later nodemailerMailer(…)
  keys: keyring(process.env.NL_KEYS),
  cookie: { secure: process.env.NODE_ENV === 'production' }, // browsers keep a secure cookie only from https
  describe: async (id) => {
    const { email, language } = await users.byId(id)
    return { name: email, addresses: [{ mail: email, verified: true }], locale: language }
  },
})
