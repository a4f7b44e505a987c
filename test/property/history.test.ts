import { copyFile, readFile, writeFile } from 'node:fs/promises'
import fc from 'fast-check'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { describe, expect, it } from 'vitest'
import { asSystem } from 'nightlatch'
import type { EventRow, FactRow } from 'nightlatch'
import { migrate, sqlStorage } from 'nightlatch/storage/sql'
import { openFile, temporaryFolder } from '../contract/sqlite-file.ts'
import { peekEvents, peekFacts } from '../world/peek.ts'
import { elsewhere } from '../world/person.ts'
import { times } from '../world/times.ts'
import { createWorld } from '../world/world.ts'

const audit = asSystem('ada', 'audit')

/** A file with the history of ada, and an instance that reads a copy of it. */
async function history(): Promise<{
  readonly file: string
  readonly rows: readonly EventRow[]
  readonly facts: readonly FactRow[]
  /** Answers what the check says of another file. */
  check(file: string): Promise<unknown>
  remove(): Promise<void>
}> {
  const { file, remove } = await temporaryFolder()
  const db = openFile(file)
  await migrate(db)
  const world = createWorld({ storage: sqlStorage(db) })
  const ada = await world.person('ada')
  await world.person('bob')
  for (let i = 0; i < 8; i++) await ada.signIn()
  for (const n of times(4)) {
    for (const id of ['ada', 'bob']) await world.nl.signIn.failed({ name: id, accountId: id, client: elsewhere(n) })
  }
  const rows = await peekEvents(world.storage, 'ada')
  const facts = await peekFacts(world.storage, 'ada')
  await sql`pragma wal_checkpoint(truncate)`.execute(db)
  await db.destroy()
  return {
    file,
    rows,
    facts,
    async check(copy) {
      const opened = openFile(copy)
      try {
        return await world.instance({ storage: sqlStorage(opened) }).history.verify({ grant: audit })
      } catch (error) {
        return error
      } finally {
        await opened.destroy()
      }
    },
    remove,
  }
}

/** Writes bytes over a stored value, in the file itself. */
async function overwrite(
  file: string,
  value: string,
  edits: readonly (readonly [at: number, byte: number])[],
): Promise<boolean> {
  const bytes = await readFile(file)
  const text = Buffer.from(value)
  const places: number[] = []
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) places.push(at)
  if (places.length === 0) throw new Error('the value is not in one piece in the file')
  let changed = false
  // A page that was split may have left a copy behind, which nobody reads.
  for (const start of places) {
    for (const [at, byte] of edits) {
      const place = start + (at % text.length)
      changed ||= bytes[place] !== byte
      bytes[place] = byte
    }
  }
  await writeFile(file, bytes)
  return changed
}

describe('promise 4: a history in a real SQLite file', () => {
  it('[LOG-6] promise 4: any bytes of any row that are overwritten in the file are found, and the row is named', async () => {
    const { file, rows, check, remove } = await history()
    let copies = 0
    try {
      expect(await check(file)).toMatchObject({ ok: true, events: rows.length })
      const edits = fc.array(fc.tuple(fc.nat(2000), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 })
      await fc.assert(
        fc.asyncProperty(fc.nat(rows.length - 1), edits, async (index, made) => {
          // A new name, because the log of an old copy may still be there.
          const copy = `${file}.${copies++}`
          await copyFile(file, copy)
          const row = rows[index]!
          fc.pre(await overwrite(copy, row.body, made))
          const answer = await check(copy)
          // A byte that ends the text for the driver may also make the whole file unreadable, which is an error.
          if (answer instanceof Error) expect(answer).toMatchObject({ code: 'NL_STORAGE_FAILED' })
          else expect(answer).toMatchObject({ ok: false, reason: 'tampered', faults: [{ fault: 'changed', n: row.n }] })
        }),
        { numRuns: 150 },
      )
    } finally {
      await remove()
    }
  })

  it('[LOG-6] promise 4: any value of any column of any row that is replaced is found', async () => {
    const { file, rows, check, remove } = await history()
    let copies = 0
    const value = fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(...rows.flatMap(({ n, type, at, body }) => [n, type, at, body])),
    )
    const column = fc.constantFrom('n', 'type', 'at', 'body', 'record_id')
    try {
      await fc.assert(
        fc.asyncProperty(fc.nat(rows.length - 1), column, value, async (index, name, next) => {
          // A new name, because the log of an old copy may still be there.
          const copy = `${file}.${copies++}`
          await copyFile(file, copy)
          const { n } = rows[index]!
          const db = openFile(copy)
          const before = await stored(db, n)
          // A key that is taken stays as it is.
          await sql`update or ignore nightlatch_events set ${sql.ref(name)} = ${next}
            where record_id = 'account:ada' and n = ${n}`.execute(db)
          const isChanged = (await stored(db, n)) !== before
          await db.destroy()
          const answer = await check(copy)
          if (answer instanceof Error) expect(answer).toMatchObject({ code: 'NL_STORAGE_FAILED' })
          else expect(answer).toMatchObject({ ok: !isChanged })
        }),
        { numRuns: 150 },
      )
    } finally {
      await remove()
    }
  })

  it('promise 4: any value of any column of any fact that is replaced is found, and one that is moved away is gone', async () => {
    const { file, facts, check, remove } = await history()
    let copies = 0
    expect(facts).toHaveLength(4)
    const value = fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(
        'account:bob',
        '',
        ...facts.flatMap(({ id, type, at, fields, mac }) => [id, type, at, JSON.stringify(fields), mac]),
      ),
    )
    const column = fc.constantFrom('id', 'type', 'at', 'fields', 'mac', 'record_id')
    try {
      await fc.assert(
        fc.asyncProperty(fc.nat(facts.length - 1), column, value, async (index, name, next) => {
          // A new name, because the log of an old copy may still be there.
          const copy = `${file}.${copies++}`
          await copyFile(file, copy)
          const { id } = facts[index]!
          const db = openFile(copy)
          const before = await storedFacts(db)
          // A key that is taken stays as it is.
          await sql`update or ignore nightlatch_facts set ${sql.ref(name)} = ${next}
            where record_id = 'account:ada' and id = ${id}`.execute(db)
          const after = await storedFacts(db)
          await db.destroy()
          const answer = await check(copy)
          if (answer instanceof Error) expect(answer).toMatchObject({ code: 'NL_STORAGE_FAILED' })
          else if (after.length < before.length) expect(answer).toMatchObject({ ok: true, facts: { genuine: 3 } })
          else if (after.join() === before.join()) expect(answer).toMatchObject({ ok: true, facts: { genuine: 4 } })
          else expect(answer).toMatchObject({ ok: false, reason: 'tampered', faults: [{ fault: 'changed' }] })
        }),
        { numRuns: 150 },
      )
    } finally {
      await remove()
    }
  })
})

/** The facts of ada as text, values with their types. */
async function storedFacts(db: Kysely<any>): Promise<readonly string[]> {
  const found = await sql<{ row: string }>`select quote(id) || quote(at) || quote(type) || quote(fields) || quote(mac)
    as row from nightlatch_facts where record_id = 'account:ada' order by 1`.execute(db)
  return found.rows.map(({ row }) => row)
}

/** A row as text, values with their types. Undefined: it has another number now. */
async function stored(db: Kysely<any>, n: number): Promise<string | undefined> {
  const found = await sql<{ row: string }>`select typeof(n) || quote(type) || quote(at) || quote(body) as row
    from nightlatch_events where record_id = 'account:ada' and n = ${n}`.execute(db)
  return found.rows[0]?.row
}
