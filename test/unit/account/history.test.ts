import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { elsewhere, home, wrongCode } from '../../world/person.ts'
import { newestOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'

describe('history', () => {
  it('[LOG-9] can be read only by its own account, in pages of at most a hundred events', async () => {
    const world = createWorld()
    const { nl } = world
    const [ada, bob] = [await world.person('ada'), await world.person('bob')]
    for (let n = 0; n < 3; n++) await ada.signIn()
    const first = expectOk(await nl.history.list({ grant: ada.grant, limit: 4 }))
    expect(first.events).toHaveLength(4)
    const second = expectOk(await nl.history.list({ grant: ada.grant, limit: 100, after: first.next ?? '' }))
    const numbers = [...first.events, ...second.events].map(({ n }) => n)
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => numbers.length - index))
    expect(second.next).toBeNull()

    const others = expectOk(await nl.history.list({ grant: bob.grant, after: first.next ?? '' })).events
    expect(JSON.stringify(others)).not.toContain(ada.app.id)
    for (const limit of [0, 101, 1.5, -1, 1e9]) {
      expect(await nl.history.list({ grant: ada.grant, limit })).toEqual({ ok: false, reason: 'malformed' })
    }
    for (const after of ['x', '-1', '0', '1e3', `${first.next ?? ''} `]) {
      expect(await nl.history.list({ grant: ada.grant, after })).toEqual({ ok: false, reason: 'malformed' })
    }
    expect(await nl.history.list({ grant: ada.id })).toEqual({ ok: false, reason: 'signed-out' })
  })

  it('[LIF-6] keeps the time and address of each enrollment, use and removal of an authenticator', async () => {
    const world = createWorld()
    const { nl, clock } = world
    const boundAt = clock()
    const person = await world.person()
    const { id: authenticator } = person.app
    await person.signIn(elsewhere(7))
    const usedAt = clock()
    expect(expectOk(await nl.totp.list({ grant: person.grant })).authenticators).toEqual([
      { id: authenticator, label: 'Phone', createdAt: boundAt, lastUsedAt: usedAt },
    ])
    expect(await newestOf(nl, person.id, 'mfa_enroll')).toMatchObject({
      at: boundAt,
      values: { factor: 'totp', authenticator, ip: '192.0.2.7' },
    })
    expect(await newestOf(nl, person.id, 'authn_login_success')).toMatchObject({
      at: usedAt,
      values: { factor: 'totp', authenticator, ip: '10.0.7.9' },
    })
    const removal = { grant: person.grant, proof: await person.proof(), authenticator, client: home }
    expectOk(await nl.totp.remove(removal))
    expect(await newestOf(nl, person.id, 'mfa_remove')).toMatchObject({
      at: clock(),
      values: { factor: 'totp', authenticator, ip: '192.0.2.7' },
    })
    expect(await nl.backupCodes.status({ grant: asSystem(person.id, 'reading') })).toMatchObject({ createdAt: null })
  })

  it('counts the wrong passwords, wrong codes and blocked attempts before each login', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    await person.signIn()
    world.clock.advance(1000)
    const name = person.name
    for (let n = 0; n < 22; n++) await nl.signIn.failed({ name, accountId: person.id, client: elsewhere(1) })
    const challenge = await person.challenge(elsewhere(2))
    for (let n = 0; n < 6; n++) {
      await nl.signIn.verify({ challenge, code: wrongCode(person.app), client: elsewhere(2) })
    }
    await person.signIn()
    const [newest] = expectOk(await nl.history.logins({ grant: person.grant })).logins
    expect(newest).toMatchObject({
      status: 'success',
      ip: '192.0.2.7',
      factor: 'totp',
      aal: 2,
      failedBefore: { passwords: 20, codes: 4, blocked: 4, unfinished: 1 },
    })
    expect([...(newest?.failedBefore.addresses ?? [])].sort()).toEqual(['10.0.1.9', '10.0.2.9'])
  })

  it('is exported with every event, in cells that no spreadsheet runs as a formula', async () => {
    const world = createWorld()
    const person = await world.person()
    await person.signIn({ ip: '192.0.2.7', userAgent: '=HYPERLINK("http://evil.example")' })
    const { csv } = expectOk(await world.nl.history.csv({ grant: person.grant }))
    const events = expectOk(await world.nl.history.list({ grant: person.grant })).events
    expect(csv.trimEnd().split('\r\n')).toHaveLength(events.length + 1)
    expect(csv).toContain(`"'=HYPERLINK(""http://evil.example"")"`)
  })

  it('verifies, and answers the number of its events', async () => {
    const world = createWorld()
    const person = await world.person()
    const { events } = expectOk(await world.nl.history.list({ grant: person.grant }))
    expect(await world.nl.history.verify({ grant: person.grant })).toMatchObject({ ok: true, events: events.length })
  })
})

it('[LIF-13] a sign-in after a password reset requires the factor', async () => {
  const world = createWorld()
  const { nl } = world
  const person = await world.person()
  // After "I forgot my password" the mailed link is the primary authentication.
  const reset = { name: person.name, accountId: person.id, primary: 'magic-link', client: elsewhere(1) } as const
  const { challenge } = expectStatus(await nl.signIn.start(reset), 'challenge')
  expect(expectOk(await nl.totp.list({ grant: person.grant })).authenticators).toHaveLength(1)
  world.clock.advance(30_000)
  const granted = await nl.signIn.verify({ challenge, code: person.app.code(), client: elsewhere(1) })
  expect(granted).toMatchObject({ status: 'granted', aal: 1, amr: ['otp'] })
})
