import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { newestOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'

const step = 30_000

describe('a copied device token', () => {
  it('[SES-10] stays unknown after endAll, also when its owner comes back with the same cookie', async () => {
    const { nl, clock, person } = createWorld()
    const ada = await person()
    await ada.signIn()
    const copied = { ...ada.client, device: ada.deviceToken }
    await ada.signIn({ ip: '192.0.2.8', userAgent: 'Laptop' })
    expectOk(await nl.sessions.endAll({ grant: ada.grant }))
    clock.advance(step)
    const owner = await nl.signIn.verify({
      challenge: await ada.challenge(copied),
      code: ada.app.code(),
      client: copied,
    })
    const own = { ...ada.client, device: expectStatus(owner, 'granted').deviceToken }
    await ada.challenge(copied)
    expect(await newestOf(nl, 'ada', 'mfa_challenge')).toMatchObject({ values: { knownDevice: false } })
    await ada.challenge(own)
    expect(await newestOf(nl, 'ada', 'mfa_challenge')).toMatchObject({ values: { knownDevice: true } })
  })

  it('is known to each account under an id of its own', async () => {
    const { nl, clock, person } = createWorld()
    const [ada, bob] = [await person(), await person('bob')]
    const browser = { ...ada.client, device: ada.deviceToken }
    clock.advance(step)
    const entered = await nl.signIn.verify({
      challenge: await bob.challenge(browser),
      code: bob.app.code(),
      client: browser,
    })
    const both = { ...ada.client, device: expectStatus(entered, 'granted').deviceToken }
    for (const one of [ada, bob]) {
      await one.challenge(both)
      expect(await newestOf(nl, one.id, 'mfa_challenge')).toMatchObject({ values: { knownDevice: true } })
    }
  })
})
