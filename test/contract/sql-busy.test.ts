import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Kysely } from 'kysely'
import { isNightlatchError } from '../../src/core/errors.ts'
import { newChange, newFact } from '../../src/testing/storage/fixtures.ts'
import { migrate, sqlStorage } from 'nightlatch/storage/sql'
import { openFile, temporaryFolder } from './sqlite-file.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

describe('SQL storage on a SQLite file that another program has locked', () => {
  let db: Kysely<unknown>
  let other: InstanceType<typeof Database>
  let remove: () => Promise<void>

  beforeEach(async () => {
    const folder = await temporaryFolder()
    remove = folder.remove
    db = openFile(folder.file, { busyTimeout: 0 })
    await migrate(db)
    other = new Database(folder.file)
    other.exec('begin immediate')
  })

  afterEach(async () => {
    other.close()
    await db.destroy()
    await remove()
  })

  it('waits for the lock without stopping the process, and then keeps what it answered', async () => {
    const storage = sqlStorage(db)
    // The driver finalizes a statement that was refused only when its object is collected.
    const collecting = setInterval(collectGarbage, 20)
    const release = setTimeout(() => other.exec('rollback'), 50)
    await Promise.all([storage.append([newFact('f')]), storage.commit(newChange())])
    clearInterval(collecting)
    clearTimeout(release)
    expect(other.prepare('select id from nightlatch_facts').all()).toEqual([{ id: 'f' }])
    expect(other.prepare('select id from nightlatch_records').all()).toEqual([{ id: 'account:1' }])
  })

  it('throws NL_STORAGE_FAILED when the lock stays, and reads meanwhile', async () => {
    const storage = sqlStorage(db)
    const refused = storage.commit(newChange()).catch((error: unknown) => error)
    expect(await storage.load('account:1')).toBeNull()
    const error = await refused
    expect(isNightlatchError(error) && error.code).toBe('NL_STORAGE_FAILED')
    expect((error as Error).cause).toMatchObject({ code: 'SQLITE_BUSY' })
    other.exec('rollback')
    expect(await storage.load('account:1')).toBeNull()
  })
})
