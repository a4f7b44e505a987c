// What your application has already: sessions. These are in memory, and their cookie has nothing but a random id.
import { randomBytes } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'

export interface Sessions<Data extends object> {
  readonly Variables: {
    session: Partial<Data>
    /** Ends the session and begins an empty one under a new id, so that an id that leaked before is useless. */
    renewSession: () => Partial<Data>
  }
}

export function sessions<Data extends object>({
  secure,
}: {
  readonly secure: boolean
}): MiddlewareHandler<Sessions<Data>> {
  const kept = new Map<string, Partial<Data>>()
  return async (c, next) => {
    let id = getCookie(c, 'session') ?? ''
    const renew = (): Partial<Data> => {
      kept.delete(id)
      id = randomBytes(32).toString('base64url')
      const fresh: Partial<Data> = {}
      kept.set(id, fresh)
      setCookie(c, 'session', id, { httpOnly: true, sameSite: 'Lax', path: '/', secure })
      c.set('session', fresh)
      return fresh
    }
    c.set('renewSession', renew)
    c.set('session', kept.get(id) ?? renew())
    await next()
  }
}
