// What your application has already: users and a check of their passwords. This one has one user and no database.
import { scryptSync, timingSafeEqual } from 'node:crypto'

export interface User {
  readonly id: string
  readonly email: string
  readonly language: string
  readonly passwordHash: Buffer
}

const hash = (password: string): Buffer => scryptSync(password, 'one salt for each user in reality', 32)
const ann: User = { id: 'user-4711', email: 'ann@acme.example', language: 'en', passwordHash: hash('correct horse') }

export const users = {
  byId: async (id: string): Promise<User> => {
    if (id !== ann.id) throw new Error('There is no such user.')
    return ann
  },
  byEmail: async (email: unknown): Promise<User | undefined> => (email === ann.email ? ann : undefined),
}

/** Takes as long for an unknown name as for a known one. */
export async function passwordMatches(user: User | undefined, password: unknown): Promise<boolean> {
  const right = timingSafeEqual(hash(String(password)), (user ?? ann).passwordHash)
  return user !== undefined && right
}
