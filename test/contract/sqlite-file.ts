import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'

/** Opens one SQLite file as docs/storage.md advises. */
export function openFile(path: string, { busyTimeout = 5000 } = {}): Kysely<unknown> {
  const database = new Database(path)
  database.pragma(`busy_timeout = ${busyTimeout}`)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  return new Kysely({ dialect: new SqliteDialect({ database }) })
}

/** An empty folder for one test. */
export async function temporaryFolder(): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'nightlatch-'))
  return { file: join(folder, 'test.db'), remove: () => rm(folder, { recursive: true, force: true }) }
}
