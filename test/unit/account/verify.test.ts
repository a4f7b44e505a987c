import { memoryStorage } from 'nightlatch/storage/memory'
import { describe, expect, it } from 'vitest'
import { countingStorage } from '../../world/counting-storage.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { authenticator, home } from '../../world/person.ts'
import type { Person } from '../../world/person.ts'
import { newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'
import type { World } from '../../world/world.ts'

const step = 30_000

/** Verifies a code under a new challenge, after ten steps of time. */
async function tryCode(world: World, person: Person, steps: number): Promise<string> {
  world.clock.advance(10 * step)
  const challenge = await person.challenge()
  const answer = await world.nl.signIn.verify({ challenge, code: person.app.code(steps), client: home })
  return answer.status === 'challenge' ? (answer.reason ?? '') : answer.status
}

describe('signIn.verify with an authenticator', () => {
  it('[SES-4] grants the level and amr of both factors', async () => {
    const world = createWorld()
    const person = await world.person()
    world.clock.advance(step)
    const challenge = await person.challenge()
    const granted = await world.nl.signIn.verify({ challenge, code: person.app.code(), client: home })
    expect(granted).toMatchObject({ status: 'granted', aal: 2, amr: ['pwd', 'otp', 'mfa'] })
    expect(await newestOf(world.nl, person.id, 'authn_login_success')).toMatchObject({
      values: { primary: 'password', factor: 'totp', authenticator: person.app.id, aal: 2, failures: 0 },
    })
  })

  it('needs one load and one commit', async () => {
    const storage = countingStorage(memoryStorage())
    const world = createWorld({ storage })
    const person = await world.person()
    world.clock.advance(step)
    const challenge = await person.challenge()
    await world.nl.outbox.idle()
    storage.restart()
    expectStatus(await world.nl.signIn.verify({ challenge, code: person.app.code(), client: home }), 'granted')
    await world.nl.outbox.idle()
    expect(storage.calls).toEqual({ load: 1, commit: 1 })
  })

  it('[TOTP-6] refuses a code once accepted, and the code of the step before, under another challenge too', async () => {
    const world = createWorld()
    const person = await world.person()
    world.clock.advance(step)
    expect(await tryCode(world, person, 0)).toBe('granted')
    for (const steps of [0, -1]) {
      const challenge = await person.challenge()
      const answer = await world.nl.signIn.verify({ challenge, code: person.app.code(steps), client: home })
      expect(answer).toMatchObject({ status: 'challenge', reason: 'used' })
    }
  })

  it('[TOTP-7] accepts one step either way', async () => {
    for (const [steps, expected] of [
      [-2, 'wrong'],
      [-1, 'granted'],
      [1, 'granted'],
      [2, 'wrong'],
    ] as const) {
      const world = createWorld()
      expect(await tryCode(world, await world.person(), steps)).toBe(expected)
    }
  })

  it('[TOTP-7] accepts only the current step when the host configures no window', async () => {
    const world = createWorld({ options: { totp: { window: 0 } } })
    const person = await world.person()
    expect(await tryCode(world, person, 1)).toBe('wrong')
    expect(await tryCode(world, person, -1)).toBe('wrong')
    expect(await tryCode(world, person, 0)).toBe('granted')
  })

  it('[TOTP-8] learns a drift of one step, moves the window with it, and always accepts a right clock', async () => {
    const world = createWorld()
    const person = await world.person()
    const drift = async (): Promise<number> => (await stateOf(world.storage, person.id)).totp.authenticators[0]!.drift
    for (const [steps, expected, learned] of [
      [2, 'wrong', 0],
      [1, 'granted', 1],
      [2, 'granted', 1],
      [3, 'wrong', 1],
      [-1, 'wrong', 1],
      [0, 'granted', 0],
      [-1, 'granted', -1],
      [-2, 'granted', -1],
      [-3, 'wrong', -1],
      [0, 'granted', 0],
    ] as const) {
      expect([steps, await tryCode(world, person, steps), await drift()]).toEqual([steps, expected, learned])
    }
  })

  it('[TOTP-13] ignores a time that the client sends', async () => {
    const world = createWorld()
    const person = await world.person()
    world.clock.advance(20 * step)
    const [challenge, now] = [await person.challenge(), world.clock() - 10 * step]
    const input = { challenge, code: person.app.code(-10), client: { ...home, now, time: now }, now }
    expect(await world.nl.signIn.verify(input)).toMatchObject({ reason: 'wrong' })
  })

  it('accepts a code with spaces, hyphens or full-width digits', async () => {
    for (const typed of [
      (code: string) => ` ${code.slice(0, 3)} ${code.slice(3)}\n`,
      (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`,
      (code: string) => code.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
    ]) {
      const world = createWorld()
      const person = await world.person()
      world.clock.advance(step)
      const challenge = await person.challenge()
      const code = typed(person.app.code())
      expect(await world.nl.signIn.verify({ challenge, code, client: home })).toMatchObject({ status: 'granted' })
    }
  })

  it('[TOTP-16] charges one attempt for a code that is compared with several authenticators', async () => {
    const world = createWorld()
    const person = await world.person()
    const apps = [person.app]
    await person.signIn()
    for (const label of ['Tablet', 'Watch', 'Key ring', 'Laptop']) {
      const enrolled = expectOk(await world.nl.totp.enroll({ grant: person.grant, proof: await person.proof(), label }))
      const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
      apps.push(app)
      person.grant = expectOk(await world.nl.totp.confirm({ grant: person.grant, code: app.code() })).grant ?? ''
    }
    world.clock.advance(10 * step)
    const near = apps.flatMap((app) => Array.from({ length: 13 }, (_, index) => app.code(index - 6)))
    const code = ['111111', '222222', '333333'].find((text) => !near.includes(text))!
    const challenge = await person.challenge()
    expect(await world.nl.signIn.verify({ challenge, code, client: home })).toMatchObject({ triesLeft: 4 })
    const { totp, throttle } = await stateOf(world.storage, person.id)
    expect([totp.authenticators.length, totp.failures, throttle.failures]).toEqual([5, 1, 1])

    for (const app of apps) {
      world.clock.advance(step)
      const again = await person.challenge()
      expect(await world.nl.signIn.verify({ challenge: again, code: app.code() })).toMatchObject({ status: 'granted' })
      expect(await newestOf(world.nl, person.id, 'authn_login_success')).toMatchObject({
        values: { authenticator: app.id },
      })
    }
  })
})
