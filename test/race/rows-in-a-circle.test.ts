import { sql } from 'kysely'
import { asSystem } from 'nightlatch'
import { expect, it } from 'vitest'
import { sqliteFile } from '../world/sqlite.ts'
import { times } from '../world/times.ts'
import { createWorld } from '../world/world.ts'

it('promise 4: rows whose cursors lead in a circle are read by no call for ever', async () => {
  const { db, storage, close } = await sqliteFile()
  try {
    const { nl, clock, person } = createWorld({ storage })
    await person('ada')
    const insert = (n: unknown): Promise<unknown> =>
      sql`insert into nightlatch_events (record_id, n, type, at, body) values ('account:ada', ${n}, 'x', 1, '')`.execute(
        db,
      )
    await sql`delete from nightlatch_events`.execute(db)
    for (const n of times(99)) await insert(n + 1)
    // Bytes come after all numbers, and read as the numbers that they spell. A page ends with 53, the next with 147.
    for (const n of times(150)) await insert(Buffer.from(String(n + 1)))

    expect(await nl.history.verify({ grant: asSystem('ada', 'audit') })).toMatchObject({ reason: 'tampered' })
    const before = clock() + 1
    expect(await nl.accounts.pruneHistory({ accountId: 'ada', before })).toMatchObject({ reason: 'tampered' })
    expect(await nl.accounts.shortenHistory({ accountId: 'ada', before })).toMatchObject({ ok: true })
  } finally {
    await close()
  }
})
