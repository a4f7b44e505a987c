import { asSystem } from 'nightlatch'
import type { ClientInfo } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { waitAfter } from '../../../src/core/account/guessing/throttle.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { authenticator, elsewhere, home, wrongCode } from '../../world/person.ts'
import type { Person } from '../../world/person.ts'
import { eventsOf, factsOf, newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'
import { typeWrongCodesUntilOff } from '../../world/wrong-codes.ts'
import type { World } from '../../world/world.ts'
import { unlimited } from '../../world/unlimited.ts'

const second = 1000
const minute = 60 * second
const day = 86_400_000

const wrongBackupCode = '7K3M-Q9XTW-02A1'

/** Types one wrong code under a new challenge. */
async function fail(world: World, person: Person, client: ClientInfo, code = wrongCode(person.app)): Promise<void> {
  const challenge = await person.challenge(client)
  const answer = await world.nl.signIn.verify({ challenge, code, client })
  const off = { status: 'refused', reason: 'factors-off' }
  expect(answer).toMatchObject(answer.status === 'refused' ? off : { status: 'challenge', reason: 'wrong' })
}

async function right(world: World, person: Person, client: ClientInfo): Promise<string> {
  const challenge = await person.challenge(client)
  const answer = await world.nl.signIn.verify({ challenge, code: person.app.code(), client })
  return answer.status === 'challenge' ? (answer.reason ?? '') : answer.status
}

/** Types wrong codes, each from a new network. */
async function flood(world: World, person: Person, times: number, from = 1): Promise<void> {
  for (let n = 0; n < times; n++) await fail(world, person, elsewhere(from + n))
}

describe('waits', () => {
  it('[THR-4] [HOTP-8] begin after three free failures with 5 s and double up to 15 minutes', () => {
    const waits = Array.from({ length: 15 }, (_, failures) => waitAfter(failures) / second)
    expect(waits).toEqual([0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900])
    expect(waitAfter(1_000_000)).toBe(15 * minute)
  })

  it('[THR-4] apply only to the network that failed, and are answered as a time', async () => {
    const world = createWorld()
    const person = await world.person()
    for (const wait of [0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900]) {
      const challenge = await person.challenge(elsewhere(1))
      const client = elsewhere(1)
      const answer = await world.nl.signIn.verify({ challenge, code: wrongCode(person.app), client })
      const expected = wait === 0 ? undefined : world.clock() + wait * second
      expect(answer).toMatchObject({ status: 'challenge', reason: 'wrong' })
      expect((answer as { retryAt?: number }).retryAt).toBe(expected)
      if (wait === 0) continue
      world.clock.advance(wait * second - 1)
      expect(await right(world, person, elsewhere(1))).toBe('wait')
      world.clock.advance(1)
    }
    expect(await right(world, person, elsewhere(2))).toBe('granted')
  })

  it('evaluate no code and write no record, while sampled facts count the attempts', async () => {
    const world = createWorld({ options: unlimited })
    const person = await world.person()
    for (let n = 0; n < 4; n++) await fail(world, person, elsewhere(1))
    world.clock.advance(second)
    const challenge = await person.challenge(elsewhere(1))
    const before = await world.storage.load(`account:${person.id}`)
    for (let n = 0; n < 8; n++) {
      const answer = await world.nl.signIn.verify({ challenge, code: person.app.code(), client: elsewhere(1) })
      expect(answer).toMatchObject({
        status: 'challenge',
        reason: 'wait',
        triesLeft: 5,
        retryAt: world.clock() + 4 * second,
      })
    }
    expect(await world.storage.load(`account:${person.id}`)).toEqual(before)
    const facts = await factsOf(world.nl, person.id)
    expect(facts.map(({ type }) => type)).toEqual(Array(4).fill('excess_rate_limit_exceeded'))
    const counted = facts.map(({ values }) => (values as { sampled: number }).sampled).reduce((a, b) => a + b)
    expect(counted).toBe(8)
  })

  it('[THR-10] count a /64 of IPv6 as one network, and an IPv4-mapped address as IPv4', async () => {
    const world = createWorld()
    const person = await world.person()
    for (const ip of ['2001:db8::1', '2001:db8::2:3', '2001:db8:0:0:ffff::', '2001:db8::4']) {
      await fail(world, person, { ip })
    }
    expect(await right(world, person, { ip: '2001:db8::dead' })).toBe('wait')
    expect(await right(world, person, { ip: '2001:db8:0:1::1' })).toBe('granted')

    const other = await world.person('bob')
    for (const ip of ['198.51.100.7', '::ffff:198.51.100.7', '198.51.100.7', '::ffff:c633:6407']) {
      await fail(world, other, { ip })
    }
    expect(await right(world, other, { ip: '198.51.100.7' })).toBe('wait')
  })

  it('count all requests without a readable address as one network', async () => {
    const world = createWorld()
    const person = await world.person()
    for (const ip of [null, undefined, 'unknown', '1.2.3']) await fail(world, person, { ip })
    expect(await right(world, person, {})).toBe('wait')
  })

  it('are forgotten for a network after a day without a failure', async () => {
    const world = createWorld()
    const person = await world.person()
    for (let n = 0; n < 3; n++) await fail(world, person, elsewhere(1))
    world.clock.advance(day)
    await fail(world, person, elsewhere(2))
    expect((await stateOf(world.storage, person.id)).throttle.sources).toHaveLength(1)
  })

  it('[THR-14] are kept for at most 64 sources, and name no account or person', async () => {
    const world = createWorld()
    const person = await world.person()
    for (let n = 0; n < 80; n++) {
      await fail(world, person, elsewhere(n), wrongBackupCode)
    }
    const { sources } = (await stateOf(world.storage, person.id)).throttle
    expect(sources).toHaveLength(64)
    for (const text of [person.id, person.name]) expect(JSON.stringify(sources)).not.toContain(text)
  })
})

describe('the lock', () => {
  it('[THR-5] [HOTP-8] begins after 20 failures in a row over all networks, and mails the owner once', async () => {
    const world = createWorld()
    const person = await world.person()
    await flood(world, person, 19)
    await world.nl.outbox.idle()
    world.mailer.clear()
    expect(await newestOf(world.nl, person.id, 'authn_login_lock')).toBeUndefined()
    await fail(world, person, elsewhere(100))
    expect(await newestOf(world.nl, person.id, 'authn_login_lock')).toMatchObject({
      values: { reason: 'maxretries', until: world.clock() + 15 * minute, failures: 20 },
    })
    await world.nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(1)
    expect(world.mailer.mails[0]!.text).toContain('20')
    expect(await right(world, person, elsewhere(200))).toBe('wait')
  })

  it('begins again with each further failure from an unknown device, with one mail in six hours', async () => {
    const world = createWorld()
    const person = await world.person()
    await flood(world, person, 20)
    await world.nl.outbox.idle()
    world.mailer.clear()
    for (let n = 0; n < 29; n++) {
      world.clock.advance(15 * minute)
      await fail(world, person, elsewhere(1000 + n))
      expect(await right(world, person, elsewhere(2000 + n))).toBe('wait')
    }
    await world.nl.outbox.idle()
    const locks = world.mailer.mails.filter(({ text }) => /15|lock/i.test(text) && /wrong/i.test(text))
    // In seven and a half hours: one more mail about the lock, and at most one an hour about wrong codes.
    expect(locks.length).toBeGreaterThan(0)
    expect(world.mailer.mails.length).toBeLessThanOrEqual(9)
  })

  it('[THR-6] ends by itself, and never stops a known device', async () => {
    const world = createWorld()
    const person = await world.person()
    await person.signIn()
    const known = { ...home, device: person.deviceToken }
    await flood(world, person, 20)
    world.clock.advance(30 * second)
    expect(await right(world, person, elsewhere(77))).toBe('wait')
    expect(await right(world, person, known)).toBe('granted')
    world.clock.advance(15 * minute)
    expect(await right(world, person, elsewhere(78))).toBe('granted')
  })

  it('[THR-6] does not stop a known device in a network that has to wait', async () => {
    const world = createWorld()
    const person = await world.person()
    await person.signIn()
    const known = { ...elsewhere(5), device: person.deviceToken }
    for (let n = 0; n < 4; n++) await fail(world, person, elsewhere(5))
    world.clock.advance(second)
    expect(await right(world, person, elsewhere(5))).toBe('wait')
    world.clock.advance(30 * second)
    expect(await right(world, person, known)).toBe('granted')
  })

  it('counts the failures of a known device apart', async () => {
    const world = createWorld()
    const person = await world.person()
    await person.signIn()
    const known = { ...home, device: person.deviceToken }
    for (let n = 0; n < 4; n++) await fail(world, person, known)
    expect(await right(world, person, known)).toBe('wait')
    expect(await right(world, person, { ...elsewhere(9), device: person.deviceToken })).toBe('wait')
    world.clock.advance(30 * second)
    expect(await right(world, person, elsewhere(9))).toBe('granted')
  })

  it('stops a device that only another account knows', async () => {
    const world = createWorld()
    const [ada, bob] = [await world.person('ada'), await world.person('bob')]
    await bob.signIn()
    await flood(world, ada, 20)
    expect(await right(world, ada, { ...home, device: bob.deviceToken })).toBe('wait')
  })

  it('stops a copied device token from before the account signed in with it', async () => {
    const world = createWorld()
    const [ada, bob] = [await world.person('ada'), await world.person('bob')]
    await bob.signIn()
    const copied = { ...elsewhere(1), device: bob.deviceToken }
    await ada.signIn({ ...home, device: bob.deviceToken })
    const known = { ...home, device: ada.deviceToken }
    for (let n = 0; n < 4; n++) await fail(world, ada, copied)
    await flood(world, ada, 16, 2)
    world.clock.advance(30 * second)
    expect(await right(world, ada, copied)).toBe('wait')
    expect(await right(world, ada, known)).toBe('granted')
  })
})

describe('a success', () => {
  it('[THR-3] clears the count of the factor it used, and ends the row of failures', async () => {
    const world = createWorld()
    const person = await world.person()
    await flood(world, person, 5)
    world.clock.advance(30 * second)
    expect(await right(world, person, home)).toBe('granted')
    const { totp, throttle } = await stateOf(world.storage, person.id)
    expect([totp.failures, throttle.failures]).toEqual([0, 0])
    expect(throttle.sources).toHaveLength(5)
  })

  it('[THR-2] [THR-3] takes back what its own challenge charged to the other factor, and nothing more', async () => {
    const world = createWorld({ options: { backupCodes: { profile: 'numeric-6', count: 2 } } })
    const person = await world.person()
    world.clock.advance(30 * second)
    const counts = async (): Promise<readonly number[]> => {
      const { totp, 'backup-code': backupCodes } = await stateOf(world.storage, person.id)
      return [totp.failures, backupCodes.failures]
    }
    const taken = [...person.backupCodes, ...Array.from({ length: 13 }, (_, at) => person.app.code(at - 6))]
    const code = ['111111', '222222', '333333'].find((text) => !taken.includes(text))!
    const [first, other] = [await person.challenge(), await person.challenge()]
    await world.nl.signIn.verify({ challenge: other, code, client: elsewhere(2) })
    await world.nl.signIn.verify({ challenge: first, code, client: elsewhere(1) })
    expect(await counts()).toEqual([2, 2])
    expectStatus(await world.nl.signIn.verify({ challenge: first, code: person.app.code() }), 'granted')
    expect(await counts()).toEqual([0, 1])
  })

  it('[THR-3] by the password alone clears nothing', async () => {
    const world = createWorld()
    const person = await world.person()
    await flood(world, person, 3)
    await person.challenge()
    const { totp, throttle } = await stateOf(world.storage, person.id)
    expect([totp.failures, throttle.failures]).toEqual([3, 3])
  })
})

describe('the hard stop', () => {
  it('[THR-1] switches TOTP off after 100 failures, for known devices too, until a new enrollment', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    await person.signIn()
    const known = { ...home, device: person.deviceToken }
    await typeWrongCodesUntilOff(world, person)
    expect(await newestOf(nl, person.id, 'authn_login_fail_max')).toMatchObject({ values: { factor: 'totp' } })
    await nl.outbox.idle()
    expect(world.mailer.mails.some(({ text }) => /switched off|disabled|turned off/i.test(text))).toBe(true)

    world.clock.advance(15 * minute)
    const start = { name: person.name, accountId: person.id, primary: 'password', client: known } as const
    const { challenge } = expectStatus(await nl.signIn.start(start), 'challenge')
    expect(await nl.signIn.start(start)).toMatchObject({ factors: ['backup-code'], preferred: 'backup-code' })
    const refused = await nl.signIn.verify({ challenge, code: person.app.code(), client: known })
    expect(refused).toMatchObject({ status: 'challenge', factors: ['backup-code'] })

    // A sign-in with another factor does not clear the count.
    const [first, next] = person.backupCodes
    const granted = expectStatus(await nl.signIn.verify({ challenge, code: first, client: known }), 'granted')
    expect((await stateOf(world.storage, person.id)).totp.failures).toBe(100)
    const { grant } = granted
    const { proof } = expectOk(await nl.stepUp.verify({ grant, purpose: 'factors', code: next, client: known }))
    const enrolled = expectOk(await nl.totp.enroll({ grant, proof, label: 'New phone' }))
    const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
    const confirmed = expectOk(await nl.totp.confirm({ grant, code: app.code(), client: known }))

    const { totp } = await stateOf(world.storage, person.id)
    expect([totp.failures, totp.authenticators.length]).toEqual([0, 1])
    world.clock.advance(30 * second)
    const again = await person.challenge(known)
    expect(await nl.signIn.verify({ challenge: again, code: person.app.code(), client: known })).toMatchObject({
      reason: 'wrong',
    })
    expect(await nl.signIn.verify({ challenge: again, code: app.code(), client: known })).toMatchObject({
      status: 'granted',
    })
    expect(confirmed.backupCodes).toBeNull()
  })

  it('[THR-1] refuses a sign-in when every factor is off, and only a script can reset them', async () => {
    const world = createWorld({ options: { backupCodes: { count: 1 } } })
    const { nl } = world
    const person = await world.person()
    expectStatus(
      await nl.signIn.verify({ challenge: await person.challenge(), code: person.backupCodes[0] }),
      'granted',
    )
    await typeWrongCodesUntilOff(world, person)
    world.clock.advance(15 * minute)
    const start = { name: person.name, accountId: person.id, primary: 'password', client: home } as const
    expect(await nl.signIn.start(start)).toEqual({ status: 'refused', reason: 'factors-off', httpStatus: 403 })
    expectOk(await nl.accounts.turnOffTwoFactor({ grant: asSystem(person.id, 'identity proven at the desk') }))
    expectStatus(await nl.signIn.start(start), 'granted')
    expect(await newestOf(nl, person.id, 'mfa_off')).toMatchObject({
      values: { actor: 'system', actorReason: 'identity proven at the desk' },
    })
  })

  it('[THR-1] counts wrong backup codes of six digits apart from wrong codes of an app', async () => {
    const world = createWorld({ options: { backupCodes: { profile: 'numeric-6', count: 2 } } })
    const { nl } = world
    const person = await world.person()
    const known = { ...home, device: person.deviceToken }
    const code = ['111111', '222222', '333333'].find((text) => !person.backupCodes.includes(text))!
    for (let n = 0; n < 100; n++) {
      world.clock.advance(15 * minute)
      const client = n < 50 ? elsewhere(n) : known
      const challenge = await person.challenge(client)
      const answer = await nl.signIn.verify({ challenge, code, factor: 'backup-code', client })
      expect(answer).toMatchObject({ reason: 'wrong' })
    }
    const { totp, 'backup-code': backupCodes } = await stateOf(world.storage, person.id)
    expect([totp.failures, backupCodes.failures]).toEqual([0, 100])
    world.clock.advance(15 * minute)
    const challenge = await person.challenge()
    expect(await nl.signIn.verify({ challenge, code: person.backupCodes[0], factor: 'backup-code' })).toMatchObject({
      reason: 'malformed',
    })
    const granted = expectStatus(await nl.signIn.verify({ challenge, code: person.app.code() }), 'granted')

    // A new set starts with a new count.
    person.grant = granted.grant
    const proof = await person.proof()
    const { codes } = expectOk(await nl.backupCodes.regenerate({ grant: person.grant, proof }))
    const again = await person.challenge()
    expect(await nl.signIn.verify({ challenge: again, code: codes[0] })).toMatchObject({ status: 'granted' })
  })
})

describe('one budget', () => {
  it('[THR-9] is charged in every flow', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    const { grant, app } = person
    const proof = await person.proof()
    world.clock.advance(30 * second)
    const client = { ...home, device: person.deviceToken }
    const code = wrongCode(app)
    const challenge = await person.challenge(client)
    const flows = [
      ['sign-in', () => nl.signIn.verify({ challenge, code, client })],
      ['step-up', () => nl.stepUp.verify({ grant, purpose: 'factors', code, client })],
      ['turn-off', () => nl.accounts.turnOffTwoFactor({ grant, code, client })],
      [
        'resynchronize',
        () => nl.totp.resynchronize({ grant, proof, authenticator: app.id, codes: [code, code], client }),
      ],
    ] as const
    for (const [index, [flow, attempt]] of flows.entries()) {
      expect(await attempt()).toMatchObject({ reason: 'wrong' })
      expect(await newestOf(nl, person.id, 'mfa_fail')).toMatchObject({ values: { flow } })
      expect((await stateOf(world.storage, person.id)).throttle.failures).toBe(index + 1)
    }
    for (const [, attempt] of flows) {
      expect(await attempt()).toMatchObject({ reason: 'wait', retryAt: world.clock() + 5 * second })
    }
    const refused = (await factsOf(nl, person.id)).map(({ values }) => (values as { flow: string }).flow)
    expect(refused.sort()).toEqual(flows.map(([flow]) => flow).sort())
    expect((await eventsOf(nl, person.id)).filter(({ type }) => type === 'mfa_fail')).toHaveLength(4)
  })
})
