import { describe, it } from 'vitest'
import { migrate, sqlStorage } from 'nightlatch/storage/sql'
import { storageContract } from 'nightlatch/testing'
import type { StorageUnderTest } from 'nightlatch/testing'
import { openFile, temporaryFolder } from './sqlite-file.ts'

async function make(): Promise<StorageUnderTest> {
  const { file, remove } = await temporaryFolder()
  const first = openFile(file)
  const open = [first]
  await migrate(first)
  const another = (): StorageUnderTest['storage'] => {
    const db = openFile(file)
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
  storageContract({ describe, it }, make)
})
