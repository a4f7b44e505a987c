import { randomUUID } from 'node:crypto'
import type { PortalDatabase, Tables } from './database.ts'
import { hashPassword } from './password.ts'

export type User = Tables['users']

export interface Users {
  get(id: string): Promise<User>
  byEmail(email: string): Promise<User | undefined>
  /** False if the address has an account already. Both answers take the same time. */
  add(user: { email: string; name: string; password: string }): Promise<boolean>
  setPassword(id: string, password: string): Promise<void>
}

export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase()
}

export function createUsers(db: PortalDatabase): Users {
  return {
    get: (id) => db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),

    byEmail: (email) =>
      db.selectFrom('users').selectAll().where('email', '=', normalizeEmail(email)).executeTakeFirst(),

    async add({ email, name, password }) {
      const user = {
        id: randomUUID(),
        email: normalizeEmail(email),
        name: name.trim(),
        password: await hashPassword(password),
        created_at: Date.now(),
      }
      const added = await db
        .insertInto('users')
        .values(user)
        .onConflict((conflict) => conflict.column('email').doNothing())
        .executeTakeFirst()
      return added.numInsertedOrUpdatedRows === 1n
    },

    async setPassword(id, password) {
      await db
        .updateTable('users')
        .set({ password: await hashPassword(password) })
        .where('id', '=', id)
        .execute()
    },
  }
}
