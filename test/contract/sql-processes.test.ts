import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { migrate, sqlStorage } from 'nightlatch/storage/sql'
import { openFile, temporaryFolder } from './sqlite-file.ts'

const run = promisify(execFile)
const racer = fileURLToPath(new URL('sql-racer.ts', import.meta.url))

describe('SQL storage in two processes on one SQLite file', async () => {
  const { file, remove } = await temporaryFolder()
  const db = openFile(file)
  afterAll(async () => {
    await db.destroy()
    await remove()
  })

  it('loses no commit and gives no event number twice', async () => {
    await migrate(db)
    const start = (name: string): Promise<unknown> =>
      run(process.execPath, ['--import', 'tsx', racer, file, name, '150'], { timeout: 100_000 })
    await Promise.all(['left', 'right'].map(start))

    const storage = sqlStorage(db)
    expect((await storage.load('account:1'))?.doc).toBe('300')
    const { items, next } = await storage.listEvents({ id: 'account:1', limit: 300 })
    expect(items.map(({ n }) => n)).toEqual(Array.from({ length: 300 }, (_, i) => 300 - i))
    expect(next).toBeNull()
    for (const name of ['left', 'right']) expect(items.filter(({ type }) => type === name)).toHaveLength(150)
    const taken = await storage.takeMessages({ now: 300, leaseToken: 't', leaseUntil: 301, limit: 500 })
    expect(taken.map(({ body }) => body)).toEqual(items.map(({ type }) => type).reverse())
  })

  it('migrates one file through four instances at once', async () => {
    const fresh = await temporaryFolder()
    const instances = Array.from({ length: 4 }, () => openFile(fresh.file))
    await Promise.all(instances.map((instance) => migrate(instance)))
    expect(await sqlStorage(instances[3]!).load('account:1')).toBeNull()
    for (const instance of instances) await instance.destroy()
    await fresh.remove()
  })
})
