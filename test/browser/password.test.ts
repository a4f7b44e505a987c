import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PortalProcess } from './portal-process.ts'
import { startPortal } from './portal-process.ts'

describe('the password that the portal asks for again', () => {
  let portal: PortalProcess
  let cookie = ''

  beforeAll(async () => {
    portal = await startPortal()
  })
  afterAll(() => portal?.remove())

  async function post(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const headers = { Origin: portal.origin, ...(cookie === '' ? {} : { Cookie: cookie }) }
    const body = new URLSearchParams(fields)
    const answer = await fetch(portal.origin + path, { method: 'POST', headers, body, redirect: 'manual' })
    const session = answer.headers.getSetCookie().find((line) => line.startsWith('portal_session='))
    if (session !== undefined) cookie = session.split(';')[0] ?? ''
    return answer
  }

  it('[THR-12] a right password is answered like a wrong one while the wait lasts', async () => {
    const email = 'ada@example.org'
    const password = 'correct horse battery'
    await post('/register', { name: 'Ada', email, password })
    expect((await post('/login', { email, password })).headers.get('location')).toBe('/')
    let wrong = await post('/password', { password: 'no' })
    for (let n = 0; n < 25 && wrong.status === 401; n++) wrong = await post('/password', { password: 'no' })
    const right = await post('/password', { password })
    expect([right.status, await right.text()]).toEqual([429, await wrong.text()])
  })
})
