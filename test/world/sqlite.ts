import type { Storage } from 'nightlatch'
import { migrate, sqlStorage } from 'nightlatch/storage/sql'
import type { Kysely } from 'kysely'
import { openFile, temporaryFolder } from '../contract/sqlite-file.ts'

export interface SqliteFile {
  readonly db: Kysely<unknown>
  readonly storage: Storage
  /** Another connection to the same file, as another process would have. */
  connect(): Storage
  close(): Promise<void>
}

/** A new SQLite file with our tables. */
export async function sqliteFile(): Promise<SqliteFile> {
  const { file, remove } = await temporaryFolder()
  const db = openFile(file)
  const open = [db]
  await migrate(db)
  return {
    db,
    storage: sqlStorage(db),
    connect() {
      const another = openFile(file)
      open.push(another)
      return sqlStorage(another)
    },
    async close() {
      for (const one of open) await one.destroy()
      await remove()
    },
  }
}
