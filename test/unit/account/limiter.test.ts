import type { Limiter, LimiterCharge } from 'nightlatch'
import { memoryLimiter, publicOutcome } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { describe, expect, it } from 'vitest'
import { countingStorage } from '../../world/counting-storage.ts'
import { elsewhere, home } from '../../world/person.ts'
import { factsOf } from '../../world/reading.ts'
import { peekFacts } from '../../world/peek.ts'
import { limiterThat } from '../../world/unlimited.ts'
import { createWorld } from '../../world/world.ts'

const minute = 60_000

describe('signIn.failed and signIn.start', () => {
  it('[THR-11] [THR-12] answer alike for known and unknown names, and over the limit for a right password too', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    world.clock.advance(60 * minute)
    const name = person.name
    const known = (): Promise<unknown> => nl.signIn.failed({ name, accountId: person.id, client: elsewhere(1) })
    const unknown = (): Promise<unknown> => nl.signIn.failed({ name: 'nobody@people.example', client: elsewhere(1) })
    const right = (): Promise<unknown> =>
      nl.signIn.start({ name: 'other', accountId: 'other', primary: 'password', client: elsewhere(1) })
    for (let n = 0; n < 20; n++) {
      const answers = [await known(), await unknown()]
      expect(answers[0]).toEqual(answers[1])
      expect(answers[0]).toEqual({ status: 'refused', reason: 'wrong-credentials', httpStatus: 401 })
      await right()
    }
    const limited = [await known(), await unknown(), await right()]
    expect(limited[0]).toEqual({
      status: 'refused',
      reason: 'too-many-attempts',
      httpStatus: 429,
      retryAt: world.clock() + 45_000,
    })
    expect(limited[1]).toEqual(limited[0])
    expect(limited[2]).toEqual(limited[0])
    const right2 = nl.signIn.start({ name, accountId: person.id, primary: 'password', client: elsewhere(1) })
    expect(JSON.stringify(publicOutcome(await right2))).toBe(JSON.stringify(publicOutcome(limited[1] as never)))
  })

  it('admit one more try after its share of the window has passed', async () => {
    const world = createWorld()
    const failed = (): Promise<{ readonly reason: string }> => world.nl.signIn.failed({ name: 'x', client: home })
    for (let n = 0; n < 20; n++) await failed()
    expect((await failed()).reason).toBe('too-many-attempts')
    world.clock.advance(45_000)
    expect((await failed()).reason).toBe('wrong-credentials')
    expect((await failed()).reason).toBe('too-many-attempts')
    world.clock.advance(15 * minute)
    for (let n = 0; n < 20; n++) expect((await failed()).reason).toBe('wrong-credentials')
  })

  it('count all spellings of a name together, and each network apart', async () => {
    const world = createWorld()
    const names = ['Ada@people.example', ' ada@PEOPLE.example ', 'ａda@people.example', 'ada@people.example']
    for (let n = 0; n < 20; n++) await world.nl.signIn.failed({ name: names[n % 4], client: home })
    expect(await world.nl.signIn.failed({ name: names[0], client: home })).toMatchObject({ httpStatus: 429 })
    expect(await world.nl.signIn.failed({ name: names[0], client: elsewhere(1) })).toMatchObject({ httpStatus: 401 })
    expect(await world.nl.signIn.failed({ name: 'eve', client: home })).toMatchObject({ httpStatus: 401 })
  })

  it.each([
    ['invisible characters', (n: number) => `a${'\u200b\u00ad\u2060\ufe0f'.repeat(n)}da${'\u3164'.repeat(n % 3)}`],
    ['control characters', (n: number) => `a${'\u0001\u007f\u0085'.repeat(n)}da${'\u0000'.repeat(n % 3)}`],
    ['marks of a format', (n: number) => `a${'\ufff9\ufffb'.repeat(n)}da${'\u0600'.repeat(n % 3)}`],
    ['spaces within invisible characters', (n: number) => `${' \u200b'.repeat(n * 10)}ada`],
    ['other small letters', (n: number) => ['νικος', 'νικοσ', 'ΝΙΚΟΣ'][n % 3]!],
    ['a sharp s', (n: number) => ['straße', 'STRASSE', 'strasse', 'straſſe'][n % 4]!],
  ])('count a name with %s as the same name', async (_, spelling) => {
    let asked = 0
    const { nl } = createWorld({ options: { human: () => ++asked < 0 } })
    for (let n = 0; n < 20; n++) {
      expect(await nl.signIn.failed({ name: spelling(n), client: home })).toMatchObject({ httpStatus: 401 })
    }
    expect(await nl.signIn.failed({ name: spelling(20), client: home })).toMatchObject({ httpStatus: 429 })
    for (let n = 20; n < 110; n++) await nl.signIn.failed({ name: spelling(n), client: elsewhere(n) })
    expect(asked).toBe(10)
  })

  it('count a name padded with spaces as the same name', async () => {
    const { nl } = createWorld()
    const spaced = (n: number): string => ' '.repeat(320 - n) + 'ada@people.example'
    for (let n = 0; n < 20; n++) await nl.signIn.failed({ name: spaced(n), client: home })
    expect(await nl.signIn.failed({ name: spaced(3), client: home })).toMatchObject({ httpStatus: 429 })
    expect(await nl.signIn.failed({ name: 'ada@people.example', client: home })).toMatchObject({ httpStatus: 429 })
  })

  it('[THR-6] promise 10: let the owner of a name in while many networks try it, also on an unknown device', async () => {
    const world = createWorld()
    const { nl } = world
    const bob = await world.person('bob')
    const person = await world.person()
    await person.signIn()
    for (let n = 0; n < 300; n++) await nl.signIn.failed({ name: person.name, client: elsewhere(n) })
    const start = { name: person.name, accountId: person.id, primary: 'password' } as const
    expect(await nl.signIn.start({ ...start, client: { ip: '198.51.100.1' } })).toMatchObject({ status: 'challenge' })
    expect(
      await nl.signIn.start({ ...start, client: { ...elsewhere(1001), device: person.deviceToken } }),
    ).toMatchObject({ status: 'challenge' })
    for (let n = 0; n < 20; n++) await nl.signIn.failed({ name: person.name, client: elsewhere(1) })
    const through = (device: string): Promise<unknown> =>
      nl.signIn.start({ ...start, client: { ...elsewhere(1), device } })
    expect(await through(bob.deviceToken)).toMatchObject({ httpStatus: 429 })
    expect(await through(person.deviceToken)).toMatchObject({ status: 'challenge' })
  })

  it('neither read nor write the record when the limiter refuses', async () => {
    const storage = countingStorage(memoryStorage())
    const world = createWorld({ storage })
    for (let n = 0; n < 20; n++) await world.nl.signIn.failed({ name: 'ada', client: home })
    await world.nl.signIn.failed({ name: 'ada', client: home })
    storage.restart()
    await world.nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client: home })
    expect(storage.calls.load).toBeUndefined()
    expect(storage.calls.commit).toBeUndefined()
  })

  it('[LOG-4] write facts with a keyed hash of the typed name, and never the name in clear', async () => {
    const world = createWorld()
    const person = await world.person()
    for (const [name, accountId] of [
      [person.name, person.id],
      ['hunter2-typed-as-a-name', undefined],
    ] as const) {
      await world.nl.signIn.failed({ name, accountId, client: home })
    }
    expect(await factsOf(world.nl, person.id)).toMatchObject([
      { type: 'authn_login_fail', values: { known: true, actor: 'stranger', ip: '192.0.2.7' } },
    ])
    const strangers = await peekFacts(world.storage, null)
    expect(strangers).toMatchObject([{ recordId: null, type: 'authn_login_fail', fields: { known: 'false' } }])
    const rows = JSON.stringify([strangers, await peekFacts(world.storage, person.id)])
    expect(rows).not.toContain('hunter2')
    expect(rows).not.toContain(person.name)
  })

  it('change no record after a failed password', async () => {
    const world = createWorld()
    const person = await world.person()
    const before = await world.storage.load(`account:${person.id}`)
    for (let n = 0; n < 30; n++) {
      await world.nl.signIn.failed({ name: person.name, accountId: person.id, client: elsewhere(n) })
    }
    expect(await world.storage.load(`account:${person.id}`)).toEqual(before)
    await world.nl.signIn.failed({ name: 'x', accountId: 'never-seen', client: home })
    expect(await world.storage.load('account:never-seen')).toBeNull()
  })
})

describe('a limiter of the host', () => {
  it('[THR-14] receives only hashes as keys', async () => {
    const seen: LimiterCharge[] = []
    const limiter: Limiter = {
      charge: async ({ charges }) => {
        seen.push(...charges)
        return { admitted: true }
      },
      giveBack: async ({ charges }) => void seen.push(...charges),
    }
    const world = createWorld({ options: { limiter } })
    const person = await world.person()
    await person.signIn()
    await world.nl.signIn.failed({ name: person.name, accountId: person.id, client: home })
    expect(seen.length).toBeGreaterThan(4)
    for (const { key } of seen) expect(key).toMatch(/^[\w-]{24}$/)
  })

  it('[THR-8] is replaced by the limiter of the process when it fails, hangs or answers nonsense, which a fact records and the host is told', async () => {
    const faults = [
      () => Promise.reject(new Error('down')),
      () => {
        throw new Error('down at once')
      },
      async () => undefined,
      async () => ({ admitted: 'yes' }),
      async () => ({ admitted: false }),
      async () => ({ admitted: false, retryAt: Number.NaN }),
      // Hangs.
      () => new Promise(() => undefined),
    ]
    for (const charge of faults) {
      const world = createWorld({ options: { limiter: limiterThat(charge as never) } })
      const failed = (): Promise<unknown> => world.nl.signIn.failed({ name: 'ada', client: home })
      for (let n = 0; n < 20; n++) expect(await failed()).toMatchObject({ reason: 'wrong-credentials' })
      expect(await failed()).toMatchObject({ reason: 'too-many-attempts', httpStatus: 429 })
      const facts = await peekFacts(world.storage, null)
      expect(facts.map(({ type }) => type)).toContain('limiter_fail')
      // Once a minute, however many calls there were.
      expect(world.reports).toMatchObject([{ kind: 'limiter', text: expect.stringContaining('takes over') }])
      world.clock.advance(minute)
      await failed()
      expect(world.reports).toHaveLength(2)
    }
  })

  it('[THR-8] is not believed about a time that no window has', async () => {
    for (const retryAt of [-1, 0.5, Number.MAX_VALUE]) {
      const world = createWorld({
        options: { limiter: limiterThat(async () => ({ admitted: false, retryAt })) },
      })
      const { retryAt: shown = 0 } = await world.nl.signIn.failed({ name: 'ada', client: home })
      expect(Number.isSafeInteger(shown)).toBe(true)
      expect(shown).toBeGreaterThan(world.clock())
      expect(shown).toBeLessThanOrEqual(world.clock() + 24 * 60 * minute)
    }
  })
})

describe('memoryLimiter', () => {
  it('admits a burst up to the limit, and then only the steady rate', async () => {
    const limiter = memoryLimiter()
    const times: number[] = []
    for (let now = 0; now < 60_000; now += 7) {
      const answer = await limiter.charge({ now, charges: [{ key: 'a', limit: 10, windowMs: 10_000 }] })
      if (answer.admitted) times.push(now)
    }
    // A burst of ten at the start, then one a second.
    expect(times.filter((at) => at < 500)).toHaveLength(10)
    for (const start of times) {
      expect(times.filter((at) => at > start && at <= start + 10_000).length).toBeLessThanOrEqual(20)
    }
    expect(times.length).toBeLessThanOrEqual(10 + 60)
  })

  it('charges all keys or none', async () => {
    const limiter = memoryLimiter()
    const charge = (...keys: string[]): Promise<{ readonly admitted: boolean }> =>
      limiter.charge({ now: 0, charges: keys.map((key) => ({ key, limit: 2, windowMs: 1000 })) })
    await charge('a')
    await charge('a')
    expect(await charge('a', 'b')).toEqual({ admitted: false, retryAt: 500 })
    expect(await charge('b')).toEqual({ admitted: true })
    expect(await charge('b')).toEqual({ admitted: true })
    expect(await charge('b')).toMatchObject({ admitted: false })
  })

  it('works with a clock that jumps forward or back', async () => {
    const limiter = memoryLimiter()
    const charges = [{ key: 'a', limit: 1, windowMs: 1000 }]
    expect(await limiter.charge({ now: 1_000_000, charges })).toEqual({ admitted: true })
    const back = await limiter.charge({ now: 0, charges })
    expect(back).toMatchObject({ admitted: false })
    expect((back as { retryAt: number }).retryAt).toBeLessThanOrEqual(1000)
    expect(await limiter.charge({ now: 2_000_000, charges })).toEqual({ admitted: true })
  })

  it('[THR-14] keeps a bounded number of keys', { timeout: 60_000 }, async () => {
    const limiter = memoryLimiter()
    const charge = (key: string): Promise<{ readonly admitted: boolean }> =>
      limiter.charge({ now: 0, charges: [{ key, limit: 1, windowMs: 1000 }] })
    await charge('first')
    expect(await charge('first')).toMatchObject({ admitted: false })
    for (let n = 0; n < 100_000; n++) await charge(`key-${n}`)
    expect(await charge('first')).toEqual({ admitted: true })
    expect(await charge('key-99999')).toMatchObject({ admitted: false })
  })
})
