import { describe, expect, it } from 'vitest'
import { expectOk } from '../../world/expect-outcome.ts'
import { luckLeft } from '../../world/luck-left.ts'
import { home, wrongCode } from '../../world/person.ts'
import type { Person } from '../../world/person.ts'
import { newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'

const step = 30_000

/** Two consecutive codes of an authenticator with a wrong clock. */
function pair({ app }: Person, drift: number): readonly [string, string] {
  return [app.code(drift - 1), app.code(drift)]
}

describe('totp.resynchronize', () => {
  it('[TOTP-9] stores the clock difference that two consecutive codes show, and requires a proof', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    const { grant, app } = person
    const authenticator = app.id
    world.clock.advance(20 * step)
    const refused = await nl.totp.resynchronize({ grant, authenticator, codes: pair(person, 40) })
    expect(refused).toEqual({ ok: false, reason: 'step-up' })
    const proof = await person.proof()
    world.clock.advance(200 * step)
    expect(await nl.totp.resynchronize({ grant, proof, authenticator, codes: pair(person, 40) })).toEqual({
      ok: false,
      reason: 'step-up',
    })
    const fresh = await person.proof()
    const codes = pair(person, 40)
    expect(await nl.totp.resynchronize({ grant, proof: fresh, authenticator, codes })).toEqual({
      ok: true,
      drift: 40,
    })
    expect(await newestOf(nl, person.id, 'mfa_update')).toMatchObject({
      values: { change: 'resynchronize', authenticator },
    })

    const challenge = await person.challenge()
    expect(await nl.signIn.verify({ challenge, code: app.code(40) })).toMatchObject({ reason: 'used' })
    world.clock.advance(step)
    expect(await nl.signIn.verify({ challenge, code: app.code(0) })).toMatchObject({ reason: 'wrong' })
    expect(await nl.signIn.verify({ challenge, code: app.code(40) })).toMatchObject({ status: 'granted' })
  })

  it('spends its proof', async () => {
    const world = createWorld()
    const person = await world.person()
    const { grant, app } = person
    const proof = await person.proof()
    expectOk(await world.nl.totp.resynchronize({ grant, proof, authenticator: app.id, codes: pair(person, 40) }))
    const again = await world.nl.totp.resynchronize({
      grant,
      proof,
      authenticator: app.id,
      codes: pair(person, 50),
    })
    expect(again).toEqual({ ok: false, reason: 'step-up' })
  })

  it('refuses codes that are not consecutive, are more than an hour off, or were spent', async () => {
    const world = createWorld()
    const person = await world.person()
    const { grant, app } = person
    world.clock.advance(200 * step)
    const proof = await person.proof()
    const call = { grant, proof, authenticator: app.id, client: home }
    const refused = [
      ['wrong', () => [app.code(40), app.code(42)] as const],
      ['wrong', () => [app.code(41), app.code(40)] as const],
      ['wrong', () => [app.code(40), app.code(40)] as const],
      ['wrong', () => pair(person, 122)],
      ['wrong', () => pair(person, -125)],
      ['used', () => pair(person, 0)],
    ] as const
    for (const [reason, codes] of refused) {
      const answer = await world.nl.totp.resynchronize({ ...call, codes: codes() })
      expect(answer).toMatchObject({ ok: false, reason })
      // Each wrong pair is charged. A sign-in on a known device clears the count, so that no wait begins.
      world.clock.advance(20 * step)
      await person.signIn({ ...home, device: person.deviceToken })
      Object.assign(call, { grant: person.grant, proof: await person.proof() })
    }
    expect((await stateOf(world.storage, person.id)).totp.authenticators[0]!.drift).toBe(0)
  })

  it('[THR-2] costs a guess of one code, because somebody may have seen the other', async () => {
    const world = createWorld()
    const person = await world.person()
    const { grant, app } = person
    const proof = await person.proof()
    const codes = [app.code(), wrongCode(app)] as const
    const call = { grant, proof, authenticator: app.id, client: home }
    expect(await world.nl.totp.resynchronize({ ...call, codes })).toMatchObject({ reason: 'wrong' })
    const { knownDevices, throttle } = await stateOf(world.storage, person.id)
    const emptied = [throttle.luck.sessions, ...knownDevices.map(({ emptiedAt }) => emptiedAt)].filter(Boolean)
    expect(emptied.map((at) => luckLeft(at, world.clock()))).toEqual([expect.closeTo(299, 2)])
  })

  it('answers malformed texts without counting a failure', async () => {
    const world = createWorld()
    const person = await world.person()
    const call = { grant: person.grant, proof: await person.proof(), authenticator: person.app.id }
    for (const codes of [[], ['1', '2'], ['123456'], ['abcdef', '123456'], [undefined, null], 'x'] as const) {
      const answer = await world.nl.totp.resynchronize({ ...call, codes: codes as never })
      expect(answer).toEqual({ ok: false, reason: 'malformed' })
    }
    expect((await stateOf(world.storage, person.id)).throttle.failures).toBe(0)
  })

  it('notifies the owner', async () => {
    const world = createWorld()
    const person = await world.person()
    const proof = await person.proof()
    await world.nl.outbox.idle()
    world.mailer.clear()
    const { grant, app } = person
    expectOk(await world.nl.totp.resynchronize({ grant, proof, authenticator: app.id, codes: pair(person, 40) }))
    await world.nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(1)
    expect(world.mailer.mails[0]!.text).toContain('Phone')
  })
})
