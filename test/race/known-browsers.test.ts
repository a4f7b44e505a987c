import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { createWorld } from '../world/world.ts'

describe('a browser of two accounts', () => {
  it('[SES-10] stays known to the other when one signs out everywhere, also in a copy of its token', async () => {
    const world = createWorld()
    const ada = await world.person('ada')
    await ada.signIn()
    const eve = await world.person('eve')
    world.clock.advance(30_000)
    const client = { ...ada.client, device: ada.deviceToken }
    const begun = expectStatus(
      await world.nl.signIn.start({ name: 'eve', accountId: 'eve', primary: 'password', client }),
      'challenge',
    )
    const both = expectStatus(
      await world.nl.signIn.verify({ challenge: begun.challenge, code: eve.app.code(), client }),
      'granted',
    )
    const copy = { ip: '203.0.113.99', device: both.deviceToken }
    expectOk(await world.nl.sessions.endAll({ grant: asSystem('ada', 'stolen') }))
    for (const [person, known] of [
      [ada, false],
      [eve, true],
    ] as const) {
      world.clock.advance(60_000)
      const start = { name: person.id, accountId: person.id, primary: 'password' as const, client: copy }
      const { challenge } = expectStatus(await world.nl.signIn.start(start), 'challenge')
      const { grant } = expectStatus(
        await world.nl.signIn.verify({ challenge, code: person.app.code(), client: copy }),
        'granted',
      )
      const { events } = expectOk(await world.nl.history.list({ grant, limit: 1 }))
      expect(events[0], person.id).toMatchObject({ values: { knownDevice: known } })
    }
  })
})
