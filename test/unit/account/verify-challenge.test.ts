import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/core/limits.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { elsewhere, home, wrongCode } from '../../world/person.ts'
import { eventsOf, factsOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'
import { unlimited } from '../../world/unlimited.ts'

const step = 30_000

describe('the challenge of signIn.verify', () => {
  it('loses no try by a malformed text, and nothing is written', async () => {
    const world = createWorld()
    const person = await world.person()
    const challenge = await person.challenge()
    const before = await world.storage.load(`account:${person.id}`)
    for (const code of ['', 'hello', '12345', '1234567', '12345a', '0'.repeat(1_000_000), undefined, 123456, null]) {
      const answer = await world.nl.signIn.verify({ challenge, code, client: home })
      expect(answer).toMatchObject({ status: 'challenge', reason: 'malformed', triesLeft: 5, challenge })
      expect(answer).not.toHaveProperty('retryAt')
    }
    expect(await world.storage.load(`account:${person.id}`)).toEqual(before)
  })

  it('[THR-13] ends after five wrong codes, and then refuses a right one', async () => {
    const world = createWorld()
    const person = await world.person()
    world.clock.advance(step)
    const challenge = await person.challenge()
    for (const triesLeft of [4, 3, 2, 1]) {
      const answer = await world.nl.signIn.verify({ challenge, code: wrongCode(person.app), client: home })
      expect(answer).toMatchObject({ status: 'challenge', reason: 'wrong', triesLeft })
    }
    world.clock.advance(5_000)
    const last = await world.nl.signIn.verify({ challenge, code: wrongCode(person.app), client: home })
    expect(last).toMatchObject({ status: 'refused', reason: 'too-many-tries', httpStatus: 401 })
    world.clock.advance(60_000)
    const refused = await world.nl.signIn.verify({ challenge, code: person.app.code(), client: home })
    expect(refused).toMatchObject({ status: 'refused', reason: 'too-many-tries' })
    expect(await factsOf(world.nl, person.id)).toMatchObject([
      { type: 'sequence_fail', values: { reason: 'challenge-failed' } },
    ])
    const next = await person.challenge()
    expect(await world.nl.signIn.verify({ challenge: next, code: person.app.code(), client: home })).toMatchObject({
      status: 'granted',
    })
  })

  it('has as many tries as the host configured', async () => {
    const world = createWorld({ options: { challenge: { tries: 1 } } })
    const person = await world.person()
    const challenge = await person.challenge()
    const answer = await world.nl.signIn.verify({ challenge, code: wrongCode(person.app), client: home })
    expect(answer).toMatchObject({ status: 'refused', reason: 'too-many-tries' })
  })

  it('completes one sign-in only', async () => {
    const world = createWorld()
    const person = await world.person()
    world.clock.advance(step)
    const challenge = await person.challenge()
    expectStatus(await world.nl.signIn.verify({ challenge, code: person.app.code(), client: home }), 'granted')
    world.clock.advance(step)
    for (const code of [person.app.code(), person.backupCodes[0], wrongCode(person.app)]) {
      const again = await world.nl.signIn.verify({ challenge, code, client: home })
      expect(again).toMatchObject({ status: 'refused', reason: 'challenge-ended' })
    }
    const [fact] = await factsOf(world.nl, person.id)
    expect(fact).toMatchObject({ type: 'sequence_fail', values: { flow: 'sign-in', reason: 'challenge-used' } })
  })

  it('expires after ten minutes', async () => {
    const world = createWorld()
    const person = await world.person()
    const challenge = await person.challenge()
    world.clock.advance(600_000 - 1)
    const { verify } = world.nl.signIn
    expect(await verify({ challenge, code: wrongCode(person.app) })).toMatchObject({ status: 'challenge' })
    world.clock.advance(1)
    expect(await verify({ challenge, code: person.app.code() })).toMatchObject({ reason: 'challenge-ended' })
  })

  it('ends with its epoch', async () => {
    const world = createWorld()
    const person = await world.person()
    const challenge = await person.challenge()
    expectOk(await world.nl.sessions.endAll({ grant: person.grant }))
    const answer = await world.nl.signIn.verify({ challenge, code: person.app.code() })
    expect(answer).toMatchObject({ status: 'refused', reason: 'challenge-ended', httpStatus: 401 })
  })

  it('belongs to one account, and refuses the codes of another', async () => {
    const world = createWorld()
    const [ada, bob] = [await world.person('ada'), await world.person('bob')]
    world.clock.advance(step)
    const challenge = await ada.challenge()
    for (const code of [bob.app.code(), bob.backupCodes[0]]) {
      expect(await world.nl.signIn.verify({ challenge, code })).toMatchObject({ reason: 'wrong' })
    }
  })

  it('cannot be forged, changed or replaced by another token', async () => {
    const world = createWorld()
    const person = await world.person()
    const challenge = await person.challenge()
    const proof = await person.proof()
    for (const forged of [
      '',
      'x',
      `${challenge}A`,
      challenge.slice(0, -1),
      `${challenge} `,
      challenge.replace('nl1', 'nl2'),
      challenge.split('.').slice(0, 2).join('.'),
      person.grant,
      person.deviceToken,
      proof,
      { toString: () => challenge },
      [challenge],
    ]) {
      const answer = await world.nl.signIn.verify({ challenge: forged, code: person.app.code(1), client: home })
      expect(answer).toEqual({ status: 'refused', reason: 'challenge-ended', httpStatus: 401 })
    }
  })

  it('[HOTP-7] shares its budget with all other challenges of the account', async () => {
    const world = createWorld()
    const person = await world.person()
    const challenges = [await person.challenge(), await person.challenge(), await person.challenge()]
    for (const challenge of challenges) {
      await world.nl.signIn.verify({ challenge, code: wrongCode(person.app), client: elsewhere(9) })
    }
    expect((await stateOf(world.storage, person.id)).throttle.failures).toBe(3)
    expect((await stateOf(world.storage, person.id)).totp.failures).toBe(3)
  })

  it('is kept as used until it has expired by every server’s clock', async () => {
    const world = createWorld()
    const person = await world.person()
    for (let n = 0; n < 3; n++) await person.signIn()
    const used = async (): Promise<number> => (await stateOf(world.storage, person.id)).spentChallenges.length
    expect(await used()).toBe(3)
    world.clock.advance(600_000)
    await person.signIn()
    expect(await used()).toBe(4)
    world.clock.advance(600_000 + limits.clocksApartMs)
    await person.signIn()
    expect(await used()).toBe(1)
  })

  it('is answered with busy while the list of used challenges is full', async () => {
    const world = createWorld({ options: unlimited })
    const person = await world.person()
    world.clock.set(world.clock() + 600_000)
    // The list fills up, because challenges live an hour and codes come every 30 seconds.
    const patient = world.instance({
      challenge: { lifeMs: 3_600_000 },
      ...unlimited,
    })
    let device = ''
    for (let n = 0; n < limits.spent - limits.spentPlacesKept; n++) {
      world.clock.advance(step)
      const challenge = await person.challenge(home, patient)
      const entered = await patient.signIn.verify({ challenge, code: person.app.code(), client: home })
      device = expectStatus(entered, 'granted').deviceToken
    }
    world.clock.advance(step)
    const challenge = await person.challenge(home, patient)
    const code = person.app.code()
    expect(await patient.signIn.verify({ challenge, code, client: home })).toMatchObject({
      status: 'refused',
      reason: 'busy',
      httpStatus: 503,
    })
    // The last places are for known devices.
    for (let n = 0; n < limits.spentPlacesKept; n++) {
      world.clock.advance(step)
      const client = { ...home, device }
      const own = await person.challenge(client, patient)
      expectStatus(await patient.signIn.verify({ challenge: own, code: person.app.code(), client }), 'granted')
    }
    world.clock.advance(step)
    const own = await person.challenge({ ...home, device }, patient)
    const answer = { challenge: own, code: person.app.code(), client: { ...home, device } }
    expect(await patient.signIn.verify(answer)).toMatchObject({ reason: 'busy' })
    world.clock.advance(3_600_000 + limits.clocksApartMs)
    const later = await person.challenge(home, patient)
    expect(await patient.signIn.verify({ challenge: later, code: person.app.code() })).toMatchObject({
      status: 'granted',
    })
  })

  it('[LOG-2] causes one event for every evaluated code', async () => {
    const world = createWorld()
    const person = await world.person()
    world.clock.advance(step)
    const challenge = await person.challenge()
    await world.nl.signIn.verify({ challenge, code: wrongCode(person.app), client: home })
    await world.nl.signIn.verify({ challenge, code: '7K3M-Q9XTW-02A1', client: home })
    await world.nl.signIn.verify({ challenge, code: person.backupCodes[0], client: home })
    const types = (await eventsOf(world.nl, person.id)).map(({ type }) => type)
    expect(types.slice(0, 5)).toEqual([
      'backup_code_use',
      'authn_login_success',
      'mfa_fail',
      'mfa_fail',
      'mfa_challenge',
    ])
  })
})
