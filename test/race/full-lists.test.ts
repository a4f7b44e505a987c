import { describe, expect, it } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { answered, keyOwner, proven, withPasskeys } from '../world/passkey-person.ts'
import { elsewhere, home } from '../world/person.ts'
import { stateOf } from '../world/reading.ts'
import { createWorld } from '../world/world.ts'
import { unlimited } from '../world/unlimited.ts'

const minute = 60_000
const evil = { origin: 'https://evil.example' }

describe('an attacker who tries to fill the lists of an account for an hour', () => {
  it('[PKA-12] promise 1, promise 10: with the password, from many networks, keeps nobody out of a known device', async () => {
    const world = createWorld({ options: { ...withPasskeys, ...unlimited } })
    const { nl, clock, storage } = world
    const ada = await keyOwner(nl)
    const first = await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, await ada.challenge()))
    let { deviceToken: device, grant } = expectStatus(first, 'granted')
    let network = 0
    for (let passed = 0; passed < 60; passed++) {
      // The owner begins, the attacker answers wrong to as many challenges as it takes, and the owner goes on.
      const client = { ...home, device }
      const begun = await ada.challenge(client)
      const asked = await answered(nl, ada.authenticator, begun)
      for (let n = 0; n < limits.challenges + 4; n++) {
        const stranger = elsewhere(network++)
        const challenge = await ada.challenge(stranger)
        const junk = await answered(nl, ada.authenticator, challenge, evil)
        await nl.signIn.verifyPasskey({ ...junk, client: stranger })
      }
      const entered = await nl.signIn.verifyPasskey({ ...asked, client })
      ;({ deviceToken: device, grant } = expectStatus(entered, 'granted'))
      const input = await proven(nl, ada.authenticator, { grant })
      ;({ grant } = expectOk(await nl.stepUp.verifyPasskey({ ...input, client })))
      clock.advance(minute)
    }
    const state = await stateOf(storage, 'ada')
    expect(state.challenges.length).toBeLessThanOrEqual(limits.challenges)
    expect(state.spentChallenges.length).toBeLessThanOrEqual(limits.spent)
  }, 120_000)

  it('promise 10: with the password, from one network, ends no challenge of another network', async () => {
    const world = createWorld({ options: { ...withPasskeys, ...unlimited } })
    const { nl, clock } = world
    const ada = await keyOwner(nl)
    for (let passed = 0; passed < 12; passed++) {
      const begun = await ada.challenge(home)
      for (let n = 0; n < 2 * limits.challenges; n++) {
        const stranger = elsewhere(1)
        const junk = await answered(nl, ada.authenticator, await ada.challenge(stranger), evil)
        await nl.signIn.verifyPasskey({ ...junk, client: stranger })
      }
      expectStatus(await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, begun)), 'granted')
      clock.advance(5 * minute)
    }
  }, 120_000)

  it('[PKA-12] promise 10: with a credential id alone writes no entry, and the owner signs in alone', async () => {
    const world = createWorld({ options: { ...withPasskeys, ...unlimited } })
    const { nl, clock, storage } = world
    const ada = await keyOwner(nl)
    for (let passed = 0; passed < 60; passed++) {
      for (let n = 0; n < 4; n++) {
        const junk = await answered(nl, ada.authenticator, null, evil)
        await nl.signIn.verifyPasskey({ ...junk, client: elsewhere(passed * 4 + n) })
      }
      expectStatus(await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, null)), 'granted')
      clock.advance(minute)
    }
    const { spentCeremonies, challenges } = await stateOf(storage, 'ada')
    expect(spentCeremonies.length).toBeLessThanOrEqual(limits.spent - limits.spentPlacesKept)
    expect(challenges).toEqual([])
  }, 120_000)

  it('[PKA-12] a challenge whose entry was dropped is over, so that no ceremony of it counts again', async () => {
    const world = createWorld({ options: { ...withPasskeys, ...unlimited } })
    const { nl } = world
    const ada = await keyOwner(nl)
    const stranger = elsewhere(0)
    const challenge = await ada.challenge(stranger)
    const right = await answered(nl, ada.authenticator, challenge)
    const wrong = await answered(nl, ada.authenticator, challenge, evil)
    await nl.signIn.verifyPasskey({ ...wrong, client: stranger })
    for (let n = 0; n < limits.challenges + 1; n++) {
      const junk = await answered(nl, ada.authenticator, await ada.challenge(elsewhere(n)), evil)
      await nl.signIn.verifyPasskey({ ...junk, client: elsewhere(n) })
    }
    expect(await nl.signIn.verifyPasskey({ ...right, client: stranger })).toMatchObject({ reason: 'challenge-ended' })
    expectStatus(await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, await ada.challenge())), 'granted')
  })
})
