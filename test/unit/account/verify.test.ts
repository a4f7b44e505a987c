import { memoryStorage } from 'nightlatch/storage/memory'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/core/limits.ts'
import { countingStorage } from '../../world/counting-storage.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { fastHash } from '../../world/fast-hash.ts'
import { authenticator, elsewhere, home, wrongCode } from '../../world/person.ts'
import type { Person } from '../../world/person.ts'
import { eventsOf, factsOf, newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'
import type { World } from '../../world/world.ts'

const step = 30_000

/** Verifies a code under a new challenge, ten steps later. */
async function tryCode(world: World, person: Person, steps: number): Promise<string> {
  world.clock.advance(10 * step)
  const challenge = await person.challenge()
  const answer = await world.nl.signIn.verify({ challenge, code: person.app.code(steps), client: home })
  return answer.status === 'challenge' ? (answer.reason ?? '') : answer.status
}

describe('signIn.verify with an authenticator', () => {
  it('[SES-4] grants what both factors proved', async () => {
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

  it('reads and writes the record once, and nothing else', async () => {
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

  it('[TOTP-6] refuses a code once accepted, also under another challenge and for the step before', async () => {
    const world = createWorld()
    const person = await world.person()
    world.clock.advance(step)
    expect(await tryCode(world, person, 0)).toBe('granted')
    for (const steps of [0, -1]) {
      const challenge = await person.challenge()
      const answer = await world.nl.signIn.verify({ challenge, code: person.app.code(steps), client: home })
      expect(answer).toMatchObject({ status: 'challenge', reason: 'wrong' })
    }
  })

  it('[TOTP-12] says wrong outside for a replayed code, and replayed in the history', async () => {
    const world = createWorld()
    const person = await world.person()
    await person.signIn()
    const challenge = await person.challenge()
    const answer = await world.nl.signIn.verify({ challenge, code: person.app.code(), client: home })
    expect(answer).toMatchObject({ status: 'challenge', reason: 'wrong', triesLeft: 4 })
    expect(await newestOf(world.nl, person.id, 'mfa_fail')).toMatchObject({ values: { reason: 'replayed' } })
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

  it('[TOTP-7] accepts the current step alone when the host asks for it', async () => {
    const world = createWorld({ options: { totp: { window: 0 } } })
    const person = await world.person()
    expect(await tryCode(world, person, 1)).toBe('wrong')
    expect(await tryCode(world, person, -1)).toBe('wrong')
    expect(await tryCode(world, person, 0)).toBe('granted')
  })

  it('[TOTP-8] learns a drift of one step, moves the window with it, and never refuses a clock that is right', async () => {
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

  it('[TOTP-13] takes no time from a client', async () => {
    const world = createWorld()
    const person = await world.person()
    world.clock.advance(20 * step)
    const [challenge, now] = [await person.challenge(), world.clock() - 10 * step]
    const input = { challenge, code: person.app.code(-10), client: { ...home, now, time: now }, now }
    expect(await world.nl.signIn.verify(input)).toMatchObject({ reason: 'wrong' })
  })

  it('reads a code as people type it', async () => {
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

  it('[TOTP-16] charges one attempt, however many devices a code is compared with', async () => {
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

describe('signIn.verify with a backup code', () => {
  it('[BC-4] [BC-13] accepts each code once, in any spelling', async () => {
    const world = createWorld()
    const person = await world.person()
    const spellings = [
      (code: string) => code,
      (code: string) => code.toLowerCase(),
      (code: string) => code.replaceAll('-', ''),
      (code: string) => code.replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'l'),
      (code: string) => ` ${code.replaceAll('-', ' – ').replaceAll('1', 'I')}\t`,
    ]
    for (const [index, spell] of spellings.entries()) {
      const code = spell(person.backupCodes[index]!)
      const granted = await world.nl.signIn.verify({ challenge: await person.challenge(), code, client: home })
      expect(granted).toMatchObject({ status: 'granted', aal: 2, amr: ['pwd', 'otp', 'mfa'] })
      const again = await world.nl.signIn.verify({ challenge: await person.challenge(), code, client: home })
      expect(again).toMatchObject({ status: 'challenge', reason: 'wrong' })
      expect(await newestOf(world.nl, person.id, 'mfa_fail')).toMatchObject({
        values: { reason: 'replayed', compared: ['backup-code'] },
      })
      world.clock.advance(3_600_000)
    }
    expect(await newestOf(world.nl, person.id, 'backup_code_use')).toMatchObject({ values: { left: 5 } })
  })

  it('[BC-11] tells the owner how many codes are left', async () => {
    const world = createWorld({ options: { backupCodes: { count: 2 } } })
    const person = await world.person()
    for (const code of person.backupCodes) {
      await world.nl.outbox.idle()
      world.mailer.clear()
      expectStatus(await world.nl.signIn.verify({ challenge: await person.challenge(), code, client: home }), 'granted')
      await world.nl.outbox.idle()
      const used = world.mailer.mails.filter(({ subject }) => /backup code/i.test(subject))
      expect(used).toHaveLength(1)
      expect(used[0]!.text).toContain(code === person.backupCodes[0] ? '1' : '0')
      expect(used[0]!.text).not.toContain(code)
    }
    const started = await world.nl.signIn.start({ name: 'ada', accountId: person.id, primary: 'password' })
    expect(started).toMatchObject({ status: 'challenge', factors: ['totp'] })
  })

  it('[BC-6] hashes slowly once for a backup code, and never for anything else', async () => {
    let hashed = 0
    const world = createWorld({
      options: {
        slowHash: async (request) => {
          hashed += 1
          return fastHash(request)
        },
      },
    })
    const person = await world.person()
    world.clock.advance(step)
    expect(hashed).toBe(10)
    for (const [code, times] of [
      [wrongCode(person.app), 0],
      ['not a code', 0],
      ['7K3M-Q9XTW-02A1', 1],
      [person.app.code(), 0],
      [person.backupCodes[0], 1],
    ] as const) {
      hashed = 0
      await world.nl.signIn.verify({ challenge: await person.challenge(), code, client: home })
      expect(hashed).toBe(times)
    }
  })

  it('compares it with one factor alone where the page insists', async () => {
    const world = createWorld()
    const person = await world.person()
    world.clock.advance(step)
    const challenge = await person.challenge()
    const [code] = person.backupCodes
    const { verify } = world.nl.signIn
    expect(await verify({ challenge, code, factor: 'totp' })).toMatchObject({ reason: 'malformed', triesLeft: 5 })
    expect(await verify({ challenge, code: person.app.code(), factor: 'backup-code' })).toMatchObject({
      reason: 'malformed',
      triesLeft: 5,
    })
    expect(await verify({ challenge, code, factor: 'backup-code' })).toMatchObject({ status: 'granted' })
  })

  it('reads six digits as a code of either kind under numeric-6, for one charge', async () => {
    const world = createWorld({ options: { backupCodes: { profile: 'numeric-6', count: 3 } } })
    const person = await world.person()
    world.clock.advance(step)
    const near = Array.from({ length: 13 }, (_, index) => person.app.code(index - 6))
    const taken = [...near, ...person.backupCodes]
    const wrong = ['111111', '222222', '333333', '444444'].find((text) => !taken.includes(text))!
    const challenge = await person.challenge()
    expect(await world.nl.signIn.verify({ challenge, code: wrong, client: home })).toMatchObject({ triesLeft: 4 })
    expect(await newestOf(world.nl, person.id, 'mfa_fail')).toMatchObject({
      values: { compared: ['totp', 'backup-code'] },
    })
    const state = await stateOf(world.storage, person.id)
    expect([state.throttle.failures, state.totp.failures, state['backup-code'].failures]).toEqual([1, 1, 1])
    const [code] = person.backupCodes
    expect(await world.nl.signIn.verify({ challenge, code, client: home })).toMatchObject({ status: 'granted' })
  })
})

describe('signIn.verify and its challenge', () => {
  it('charges nothing for a text that cannot be a code, and writes nothing', async () => {
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

  it('[THR-13] ends after five wrong codes, and takes no right one then', async () => {
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
    const dead = await world.nl.signIn.verify({ challenge, code: person.app.code(), client: home })
    expect(dead).toMatchObject({ status: 'refused', reason: 'too-many-tries' })
    expect(await factsOf(world.nl, person.id)).toMatchObject([
      { type: 'sequence_fail', values: { reason: 'challenge-failed' } },
    ])
    const next = await person.challenge()
    expect(await world.nl.signIn.verify({ challenge: next, code: person.app.code(), client: home })).toMatchObject({
      status: 'granted',
    })
  })

  it('takes as many tries as the host allows', async () => {
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

  it('lives ten minutes', async () => {
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

  it('is of one account: codes of another do not fit it', async () => {
    const world = createWorld()
    const [ada, bob] = [await world.person('ada'), await world.person('bob')]
    world.clock.advance(step)
    const challenge = await ada.challenge()
    for (const code of [bob.app.code(), bob.backupCodes[0]]) {
      expect(await world.nl.signIn.verify({ challenge, code })).toMatchObject({ reason: 'wrong' })
    }
  })

  it('is nothing that can be made up, changed or taken for another token', async () => {
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

  it('keeps used challenges until no server’s clock takes them, and then forgets them', async () => {
    const world = createWorld()
    const person = await world.person()
    for (let n = 0; n < 3; n++) await person.signIn()
    expect((await stateOf(world.storage, person.id)).challenges.filter(({ consumed }) => consumed)).toHaveLength(3)
    world.clock.advance(600_000)
    await person.signIn()
    expect((await stateOf(world.storage, person.id)).challenges).toHaveLength(4)
    world.clock.advance(600_000 + limits.clocksApartMs)
    await person.signIn()
    expect((await stateOf(world.storage, person.id)).challenges).toHaveLength(1)
  })

  it('answers busy when its list is full of used ones, and takes the code later', async () => {
    const world = createWorld({ options: { limiter: { charge: async () => ({ admitted: true }) } } })
    const person = await world.person()
    world.clock.set(world.clock() + 600_000)
    const first = world.clock()
    // With a life of an hour and a code every 30 seconds the list can fill up.
    const patient = world.instance({
      challenge: { lifeMs: 3_600_000 },
      limiter: { charge: async () => ({ admitted: true }) },
    })
    for (let n = 0; n < 32; n++) {
      world.clock.advance(step)
      const challenge = await person.challenge(home, patient)
      expectStatus(await patient.signIn.verify({ challenge, code: person.app.code(), client: home }), 'granted')
    }
    world.clock.advance(step)
    const challenge = await person.challenge(home, patient)
    const code = person.app.code()
    expect(await patient.signIn.verify({ challenge, code, client: home })).toMatchObject({
      status: 'refused',
      reason: 'busy',
      httpStatus: 503,
    })
    world.clock.set(first + 3_600_000 + step)
    const later = await person.challenge(home, patient)
    expect(await patient.signIn.verify({ challenge: later, code: person.app.code() })).toMatchObject({
      status: 'granted',
    })
  })

  it('[LOG-2] writes an event for every evaluated code', async () => {
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
