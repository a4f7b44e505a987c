import { Kysely, SqliteDialect, sql } from 'kysely'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isNightlatchError } from '../../../src/core/errors.ts'
import type { NightlatchError } from '../../../src/core/errors.ts'
import { migrate, sqlMigrations, sqlStorage } from '../../../src/adapters/sql/index.ts'
import { newChange, newEvent, newFact, newMessage, noon, take } from '../../../src/testing/storage/fixtures.ts'

let statements: string[]
let db: Kysely<any>

beforeEach(async () => {
  statements = []
  const database = new Database(':memory:')
  db = new Kysely({
    dialect: new SqliteDialect({ database }),
    log: (event) => void statements.push(event.query.sql),
  })
  await migrate(db)
  statements.length = 0
})

afterEach(() => db.destroy())

const failure = (work: Promise<unknown>): Promise<NightlatchError> =>
  work.then(
    () => expect.unreachable('it must fail'),
    (error: NightlatchError) => error,
  )

describe('sqlStorage on SQLite', () => {
  const verbs = (): readonly string[] => statements.map((text) => text.split(' ').slice(0, 3).join(' '))

  it('sends one statement for a load, and at most five for the commit of a sign-in', async () => {
    const storage = sqlStorage(db)
    const change = newChange()
    await storage.commit(change)
    statements.length = 0
    await storage.load('account:1')
    expect(statements).toHaveLength(1)

    statements.length = 0
    const events = [newEvent(1), newEvent(2)]
    const signIn = newChange({ expected: change.version, events })
    expect(await storage.commit(signIn)).toBe('committed')
    expect(verbs()).toEqual([
      'begin immediate',
      'update "nightlatch_records" set',
      'insert into "nightlatch_events"',
      'commit',
    ])

    statements.length = 0
    const messages = [newMessage('a'), newMessage('b')]
    const alerted = newChange({ expected: signIn.version, events: [newEvent(3)], messages })
    expect(await storage.commit(alerted)).toBe('committed')
    expect(statements).toHaveLength(5)
  })

  it('stops at the first statement of a stale commit', async () => {
    const storage = sqlStorage(db)
    const stale = newChange({ expected: '1.stale', events: [newEvent(1)], messages: [newMessage('m')] })
    expect(await storage.commit(stale)).toBe('conflict')
    expect(verbs()).toEqual(['begin immediate', 'update "nightlatch_records" set', 'rollback'])
  })

  it('takes, settles, appends and lists with one statement each, besides begin and commit', async () => {
    const storage = sqlStorage(db)
    await storage.commit(newChange({ messages: [newMessage('m')] }))
    statements.length = 0
    await take(storage)
    await storage.settleMessage({ recordId: 'account:1', messageId: 'm', leaseToken: 'taker', outcome: 'sent' })
    await storage.append([newFact('a'), newFact('b')])
    await storage.listEvents({ id: 'account:1', limit: 10 })
    const ends = statements.filter((text) => text === 'begin immediate' || text === 'commit')
    expect([statements.length, ends.length]).toEqual([10, 6])
  })

  it('reads pages through an index, without sorting', async () => {
    const storage = sqlStorage(db)
    await storage.listEvents({ id: 'account:1', limit: 10, after: '5' })
    await storage.listFacts({ id: 'account:1', limit: 10, after: '5:x' })
    const lists = [...statements]
    expect(lists).toHaveLength(2)
    for (const text of lists) {
      const explained = await sql<{ detail: string }>`explain query plan ${sql.raw(text.replaceAll('?', '1'))}`.execute(
        db,
      )
      const details = explained.rows.map(({ detail }) => detail).join('; ')
      expect(details).toMatch(/^SEARCH nightlatch_(events|facts) USING PRIMARY KEY/)
      expect(details).not.toContain('TEMP B-TREE')
    }
  })
})

describe('the tables of sqlStorage', () => {
  it('have the summary in columns, which change only with the record', async () => {
    const storage = sqlStorage(db)
    const summary = { ...newChange().summary, totpAuthenticators: 2, backupCodesLeft: 7, lockedUntil: noon + 5 }
    const created = newChange({ summary })
    await storage.commit(created)
    await storage.commit(newChange({ expected: 'stale' }))
    const columns = ['kind', 'created_at', 'updated_at', 'totp_authenticators', 'backup_codes_left', 'locked_until']
    const row = async (): Promise<unknown> =>
      Object.values(await db.selectFrom('nightlatch_records').select(columns).executeTakeFirstOrThrow())
    expect(await row()).toEqual(['account', noon, noon, 2, 7, noon + 5])
    await storage.commit(newChange({ expected: created.version }))
    expect(await row()).toEqual(['account', noon, noon, 1, 10, null])
  })

  it('have no row for a message that was sent or given up', async () => {
    const storage = sqlStorage(db)
    await storage.commit(newChange({ messages: [newMessage('dead'), newMessage('sent')] }))
    await take(storage)
    for (const outcome of ['dead', 'sent'] as const) {
      const settlement = { recordId: 'account:1', messageId: outcome, leaseToken: 'taker', outcome }
      expect(await storage.settleMessage(settlement)).toBe(true)
    }
    const rows = await db.selectFrom('nightlatch_messages').select('message_id').execute()
    expect(rows).toEqual([])
  })

  it('give a readable page when the fields of a fact are spoiled', async () => {
    const storage = sqlStorage(db)
    await storage.append([newFact('a'), newFact('b'), newFact('c')])
    for (const [id, fields] of [
      ['a', '{"ip":'],
      ['b', '5'],
    ] as const) {
      await db.updateTable('nightlatch_facts').set({ fields }).where('id', '=', id).execute()
    }
    const { items } = await storage.listFacts({ id: 'account:1', limit: 10 })
    expect(items).toEqual([newFact('c'), newFact('b', { fields: {} }), newFact('a', { fields: {} })])
  })
})

describe('failures of sqlStorage', () => {
  it('are one error of nightlatch, with the driver’s error as its cause', async () => {
    const storage = sqlStorage(db)
    await db.schema.dropTable('nightlatch_records').execute()
    for (const [name, work] of [
      ['load', storage.load('account:1')],
      ['commit', storage.commit(newChange({ expected: 'secret-version' }))],
    ] as const) {
      const error = await failure(work)
      expect(isNightlatchError(error)).toBe(true)
      expect(error.code).toBe('NL_STORAGE_FAILED')
      expect(error.message).toBe(`the SQL storage failed in ${name}`)
      expect(String(error.cause)).toContain('no such table')
    }
  })

  it('leave the connection usable', async () => {
    const storage = sqlStorage(db)
    await storage.commit(newChange({ events: [newEvent(1)] }))
    const doubled = newChange({ id: 'account:2', events: [newEvent(1), newEvent(1)] })
    expect((await failure(storage.commit(doubled))).code).toBe('NL_STORAGE_FAILED')
    expect(await storage.commit({ ...doubled, events: [newEvent(1)] })).toBe('committed')
  })

  it('of the configuration name the wrong option', () => {
    expect(() => sqlStorage(db, { dialect: 'oracle' as 'sqlite' })).toThrow(
      "dialect of the SQL storage must be 'sqlite'",
    )
    expect(() => sqlStorage(db, { table: 'x' } as object)).toThrow('no option table')
    expect(() => sqlStorage(undefined as never)).toThrow('needs a Kysely instance')
  })
})

describe('migrations', () => {
  it('can be run repeatedly by the host, and by migrate afterwards', async () => {
    const own = new Kysely<any>({ dialect: new SqliteDialect({ database: new Database(':memory:') }) })
    for (let round = 0; round < 2; round++) {
      for (const migration of sqlMigrations()) await sql.raw(migration.sql).execute(own)
    }
    await migrate(own)
    await migrate(own)
    const names = await own.selectFrom('nightlatch_migrations').select('name').orderBy('name').execute()
    expect(names).toEqual(sqlMigrations().map(({ name }) => ({ name })))
    expect(await sqlStorage(own).commit(newChange())).toBe('committed')
    await own.destroy()
  })
})

describe('a commit in a transaction of the host', () => {
  it('is rolled back with the transaction', async () => {
    const host = new Error('the host changed its mind')
    const work = db.transaction().execute(async (transaction) => {
      expect(await sqlStorage(transaction).commit(newChange({ events: [newEvent(1)] }))).toBe('committed')
      throw host
    })
    expect(await failure(work)).toBe(host)
    expect(await sqlStorage(db).load('account:1')).toBeNull()
  })

  it('is undone alone when it is refused, in parallel calls too', async () => {
    await db.transaction().execute(async (transaction) => {
      const storage = sqlStorage(transaction)
      await storage.commit(newChange({ id: 'account:holder', keys: { claim: ['key'], release: [] } }))
      const changes = Array.from({ length: 8 }, (_, i) =>
        newChange({
          id: `account:${i}`,
          events: [newEvent(1)],
          keys: { claim: i % 2 ? ['key'] : [`own-${i}`], release: [] },
        }),
      )
      const answers = await Promise.all(changes.map((change) => storage.commit(change)))
      expect(answers).toEqual(changes.map((_, i) => (i % 2 ? 'key-taken' : 'committed')))
      expect((await failure(storage.commit({ ...newChange(), events: [newEvent(1), newEvent(1)] }))).code).toBe(
        'NL_STORAGE_FAILED',
      )
    })
    const ids = await db.selectFrom('nightlatch_records').select('id').orderBy('id').execute()
    expect(ids.map(({ id }) => id)).toEqual(['account:0', 'account:2', 'account:4', 'account:6', 'account:holder'])
  })
})
