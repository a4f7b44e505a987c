import { createHash } from 'node:crypto'
import type { SessionData } from 'express-session'
import { Store } from 'express-session'
import type { PortalDatabase } from './database.ts'

const lifeMs = 14 * 86_400_000

/** The table holds hashes of the ids, so that a copy of it opens no session. */
const hash = (id: string): string => createHash('sha256').update(id).digest('base64url')

/** Keeps the portal's sessions in its SQLite file, so that a restart signs nobody out. */
export class SqliteSessionStore extends Store {
  readonly #db: PortalDatabase

  constructor(db: PortalDatabase) {
    super()
    this.#db = db
  }

  override get(id: string, done: (error: unknown, session?: SessionData | null) => void): void {
    this.#db
      .selectFrom('sessions')
      .select('data')
      .where('id_hash', '=', hash(id))
      .where('expires_at', '>', Date.now())
      .executeTakeFirst()
      .then((row) => done(null, row ? (JSON.parse(row.data) as SessionData) : null), done)
  }

  override set(id: string, session: SessionData, done: (error?: unknown) => void = () => {}): void {
    const row = { data: JSON.stringify(session), expires_at: Date.now() + lifeMs }
    this.#db
      .insertInto('sessions')
      .values({ id_hash: hash(id), ...row })
      .onConflict((conflict) => conflict.column('id_hash').doUpdateSet(row))
      .execute()
      .then(() => done(), done)
  }

  override destroy(id: string, done: (error?: unknown) => void = () => {}): void {
    this.#db
      .deleteFrom('sessions')
      .where((or) => or.or([or('id_hash', '=', hash(id)), or('expires_at', '<=', Date.now())]))
      .execute()
      .then(() => done(), done)
  }
}
