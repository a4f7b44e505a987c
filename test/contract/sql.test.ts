import { CamelCasePlugin, ParseJSONResultsPlugin } from 'kysely'
import type { Kysely } from 'kysely'
import { describe, it } from 'vitest'
import { migrate, sqlStorage } from 'nightlatch/storage/sql'
import { storageContract } from 'nightlatch/testing'
import type { StorageUnderTest } from 'nightlatch/testing'
import { openFile, temporaryFolder } from './sqlite-file.ts'

async function make(openOne: (path: string) => Kysely<unknown>): Promise<StorageUnderTest> {
  const { file, remove } = await temporaryFolder()
  const first = openOne(file)
  const open = [first]
  await migrate(first)
  const another = (): StorageUnderTest['storage'] => {
    const db = openOne(file)
    open.push(db)
    return sqlStorage(db)
  }
  return {
    storage: sqlStorage(first),
    async reopen() {
      await first.destroy()
      return another()
    },
    second: async () => another(),
    async close() {
      for (const db of open) await db.destroy()
      await remove()
    },
  }
}

describe('SQL storage on a SQLite file', () => {
  storageContract({ describe, it }, () => make(openFile))
})

describe('SQL storage on an instance that renames columns and parses texts', () => {
  const withPlugins = (path: string): Kysely<unknown> =>
    openFile(path).withPlugin(new CamelCasePlugin()).withPlugin(new ParseJSONResultsPlugin())
  storageContract({ describe, it }, () => make(withPlugins))
})
