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
    const ada = await person('ada')
    const audit = asSystem('ada', 'audit')
    for (const _ of times(150)) {
      clock.advance(60_000)
      await ada.signIn()
    }
    const insert = (n: unknown): Promise<unknown> =>
      sql`insert into nightlatch_events (record_id, n, type, at, body)
        values ('account:ada', ${n}, 'x', 1, '')`.execute(db)
    /** Bytes come after all numbers and read as the numbers that they spell. A page ends with 53, the next with 147. */
    const circle = async (): Promise<void> => {
      await sql`delete from nightlatch_events where record_id = 'account:ada'`.execute(db)
      for (const n of times(99)) await insert(n + 1)
      for (const n of times(150)) await insert(Buffer.from(String(n + 1)))
    }
    const before = clock() + 1
    expect(await nl.accounts.pruneHistory({ accountId: 'ada', before })).toMatchObject({ ok: true })
    // What is left over below the first row is no fault.
    await circle()
    expect(await nl.history.verify({ grant: audit })).toMatchObject({ ok: true, events: 0 })
    expect(await nl.accounts.shortenHistory({ accountId: 'ada', before })).toMatchObject({ ok: true })

    await person('eve')
    await sql`delete from nightlatch_events where record_id = 'account:eve'`.execute(db)
    await sql`update nightlatch_events set record_id = 'account:eve' where record_id = 'account:ada'`.execute(db)
    expect(await nl.history.verify({ grant: asSystem('eve', 'audit') })).toMatchObject({ reason: 'tampered' })
    const eve = { accountId: 'eve', before }
    expect(await nl.accounts.pruneHistory(eve)).toMatchObject({ reason: 'tampered' })
    expect(await nl.accounts.shortenHistory(eve)).toMatchObject({ ok: true })
  } finally {
    await close()
  }
})
