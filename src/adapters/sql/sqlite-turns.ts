import { sql } from './kysely.ts'
import type { Database } from './tables.ts'

/** How long a call tries again while another process writes, in ms. The driver's own waiting is added to that. */
const busyTimeoutMs = 5000

const files = new WeakMap<Database, Promise<string>>()
const queues = new Map<string, Promise<unknown>>()

/**
 * Runs the writers of one file in this process one after the other. A synchronous driver that waits for the lock of
 * another connection of the same process blocks that process, so that the lock is never released.
 */
export async function inTurn<T>(db: Database, work: () => Promise<T>): Promise<T> {
  let named = files.get(db)
  if (named === undefined) {
    named = fileOf(db)
    files.set(db, named)
    named.catch(() => files.delete(db))
  }
  const file = await named
  // A database in memory has one connection, and Kysely gives it to one caller at a time.
  if (file === '') return work()
  const turn = (queues.get(file) ?? Promise.resolve()).then(work)
  const done = turn.then(
    () => {},
    () => {},
  )
  queues.set(file, done)
  void done.then(() => {
    if (queues.get(file) === done) queues.delete(file)
  })
  return turn
}

async function fileOf(db: Database): Promise<string> {
  const { rows } = await sql<{ name: string; file: string | null }>`pragma database_list`.execute(db)
  return rows.find(({ name }) => name === 'main')?.file ?? ''
}

/** Tries again while another connection writes. This is safe, because a call that fails with busy wrote nothing. */
export async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  const until = performance.now() + busyTimeoutMs
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
}

function isBusy(error: unknown): boolean {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown }
  return String(code).startsWith('SQLITE_BUSY') || String(message).includes('database is locked')
}
