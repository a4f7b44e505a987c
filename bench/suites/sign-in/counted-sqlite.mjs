import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/**
 * A database file in a temporary folder of its own, as docs/storage.md advises to open it. It counts the statements that
 * run. With `cached(true)` a statement is prepared once for each text, as a host may arrange it; the driver itself
 * prepares it each time.
 */
export function countedSqlite({ synchronous = 'NORMAL' } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'nightlatch-bench-'))
  const database = new Database(join(folder, 'bench.db'))
  database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${synchronous}`)

  const prepare = database.prepare.bind(database)
  const exec = database.exec.bind(database)
  const kept = new Map()
  let keeps = false
  let statements = 0

  database.prepare = (sql) => {
    statements++
    if (!keeps) return prepare(sql)
    let statement = kept.get(sql)
    if (statement === undefined) {
      statement = prepare(sql)
      kept.set(sql, statement)
    }
    return statement
  }
  database.exec = (sql) => {
    statements++
    return exec(sql)
  }

  return {
    database,
    statements: () => statements,
    cached(on) {
      keeps = on
    },
    remove() {
      kept.clear()
      database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
