import type { ClientInfo } from 'nightlatch'
import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { owner, ownerAtHome } from '../world/owner.ts'
import type { Person } from '../world/person.ts'
import { elsewhere, home } from '../world/person.ts'
import { stateOf } from '../world/reading.ts'
import { simulate } from '../world/simulation.ts'
import type { Player } from '../world/simulation.ts'
import { thief } from '../world/thief.ts'
import type { World, WorldOptions } from '../world/world.ts'
import { createWorld } from '../world/world.ts'

const hour = 3_600_000
const day = 24 * hour
const week = 7 * day
const weeks = 8 * week

async function scene(options: WorldOptions['options'] = {}): Promise<{ readonly world: World; readonly ada: Person }> {
  const world = createWorld({ options })
  const ada = await world.person()
  await world.nl.outbox.idle()
  world.mailer.clear()
  return { world, ada }
}

/** How many mails of each subject were sent. */
function mailsOf({ mailer }: World): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { subject } of mailer.mails) {
    const short = subject.replace('[Acme] ', '')
    counts[short] = (counts[short] ?? 0) + 1
  }
  return counts
}

const factorFailed = 'A sign-in stopped at the second factor'
const locked = 'Code entry is locked for a while'
const luckGone = 'Somebody keeps trying codes for your account'
const stopped = 'Codes of authenticator apps are no longer accepted from unknown browsers'
/** In place of what is beyond the places for messages. */
const muchHappens = 'Much is happening to your account'
const told = [factorFailed, locked, luckGone, stopped, muchHappens]

const oneNetwork = (): ClientInfo => ({ ip: '203.0.113.9', userAgent: 'curl' })
const far = (n: number): ClientInfo => elsewhere(1000 + n)

/** Thieves who know the password, each with the most guesses that eight weeks may give. */
const thieves = [
  ['greedy, from one network', { from: oneNetwork }],
  ['greedy, from ever new networks', { from: far }],
  ['patient, from one network', { from: oneNetwork, gap: 15 * hour }],
  ['patient, from ever new networks', { from: far, gap: 15 * hour }],
] as const

/** In millionths: a bucket holds 300 and regains 150 in 30 days. A guess costs three. */
const mostGuesses = Math.floor((300 + (56 / 30) * 150) / 3)

describe.each(thieves)('eight weeks with a thief who knows the password, %s', (_, habits) => {
  it.each([
    ['daily', day],
    ['weekly', week],
  ])(
    '[THR-6] promise 10: an owner who signs in %s on a known device always gets in at the first code',
    async (_often, every) => {
      const { world, ada } = await scene()
      const guesser = thief({ ...world, victim: ada, ...habits })
      const at = ownerAtHome(world, ada, every, home)
      await simulate(world, weeks, [guesser, at])
      expect(new Set(at.answers)).toEqual(new Set(['granted']))
      expect(at.answers.length).toBeGreaterThanOrEqual(weeks / every - 1)
      expect(guesser.guesses()).toBeGreaterThan(40)
      expect(guesser.guesses()).toBeLessThanOrEqual(mostGuesses)
      const mails = mailsOf(world)
      expect(told).toEqual(expect.arrayContaining(Object.keys(mails)))
      expect(mails[factorFailed]).toBeGreaterThan(0)
      // Not one mail for each guess beyond one an hour, one of a lock in six hours, and one a day of used-up guesses.
      expect(mails[luckGone] ?? 0).toBeLessThanOrEqual(weeks / day)
      expect(mails[locked] ?? 0).toBeLessThanOrEqual(weeks / (6 * hour))
    },
    120_000,
  )

  it('promise 11: an owner with backup codes alone gets in each week, on a new browser each time', async () => {
    const { world, ada } = await scene()
    const guesser = thief({ ...world, victim: ada, ...habits })
    let used = 0
    const at = owner({
      world,
      person: ada,
      every: week,
      client: () => ({ ip: `192.0.2.${100 + used}`, userAgent: 'Firefox' }),
      code: () => ada.backupCodes[used++],
    })
    await simulate(world, weeks, [guesser, at])
    expect(at.answers).toEqual(Array(at.answers.length).fill('granted'))
    expect(at.answers.length).toBeGreaterThanOrEqual(7)
    expect(guesser.guesses()).toBeLessThanOrEqual(mostGuesses)
  }, 120_000)

  it('promise 11: an owner comes with a new laptop and a backup code, and then uses the app on it', async () => {
    const { world, ada } = await scene()
    const guesser = thief({ ...world, victim: ada, ...habits })
    await simulate(world, weeks, [guesser])
    const laptop: ClientInfo = { ip: '192.0.2.200', userAgent: 'Safari' }
    const { nl } = world
    const challenge = await ada.challenge(laptop)
    const entered = await nl.signIn.verify({ challenge, code: ada.backupCodes[0], client: laptop })
    ada.deviceToken = expectStatus(entered, 'granted').deviceToken
    const at = ownerAtHome(world, ada, day, laptop)
    await simulate(world, week, [guesser, at])
    expect(new Set(at.answers)).toEqual(new Set(['granted']))
  }, 120_000)

  it('[THR-6] promise 10: an owner with an app alone and a cleared browser gets in once the password is reset', async () => {
    const { world, ada } = await scene()
    const guesser = thief({ ...world, victim: ada, ...habits })
    await simulate(world, weeks, [guesser])
    expectOk(await world.nl.password.changed({ grant: asSystem('ada', 'reset by mail') }))
    // The thief does not know the new password. A lock that is on runs out.
    world.clock.advance(hour / 4)
    const laptop: ClientInfo = { ip: '192.0.2.200', userAgent: 'Safari' }
    const at = owner({ world, person: ada, every: day, client: () => laptop })
    await simulate(world, 3 * day, [at])
    expect(at.answers).toEqual(['granted', 'granted', 'granted'])
  }, 120_000)
})

describe('eight weeks with a thief who knows the password and copied a device token', () => {
  const copyOf = (ada: Person): ClientInfo => ({ ip: '203.0.113.9', userAgent: 'curl', device: ada.deviceToken })

  it.each([
    ['greedy', 0],
    ['patient', 15 * hour],
  ])(
    '[THR-2] promise 2: gives a %s one no more guesses than two buckets hold',
    async (_, gap) => {
      const { world, ada } = await scene()
      const copied = copyOf(ada)
      const withToken = thief({ ...world, victim: ada, from: () => copied, gap })
      const without = thief({ ...world, victim: ada, from: far, gap })
      const at = ownerAtHome(world, ada, day, home)
      await simulate(world, weeks, [withToken, without, at])
      expect(withToken.guesses() + without.guesses()).toBeLessThanOrEqual(2 * mostGuesses)
    },
    120_000,
  )

  it('promise 11: makes the device of a patient thief unknown, and a backup code makes the browser known again', async () => {
    const { world, ada } = await scene()
    const { nl, storage } = world
    const copied = copyOf(ada)
    const hourly = thief({ ...world, victim: ada, from: () => copied, gap: hour })
    const [copiedDevice] = (await stateOf(storage, 'ada')).knownDevices
    const isKnown = async (): Promise<boolean> =>
      (await stateOf(storage, 'ada')).knownDevices.some(({ id }) => id === copiedDevice?.id)
    expect(await isKnown()).toBe(true)
    const mine = { ...home, device: ada.deviceToken }
    // The sign-ins of the owner clear the hard count, but no luck.
    const before = owner({ world, person: ada, every: 2 * day, client: () => mine })
    for (let days = 0; days < 14 && (await isKnown()); days++) await simulate(world, day, [before, hourly])
    expect(before.answers.length).toBeGreaterThan(2)
    expect(await isKnown()).toBe(false)
    expect(mailsOf(world)['One of your browsers is no longer known']).toBe(1)

    const challenge = await ada.challenge(mine)
    const entered = await nl.signIn.verify({ challenge, code: ada.backupCodes[0], client: mine })
    ada.deviceToken = expectStatus(entered, 'granted').deviceToken
    const guessed = hourly.guesses()
    const after = ownerAtHome(world, ada, day, home)
    await simulate(world, 4 * week, [hourly, after])
    expect(new Set(after.answers)).toEqual(new Set(['granted']))
    // The copy is an unknown device now: the new one lost nothing.
    const { knownDevices } = await stateOf(storage, 'ada')
    expect(knownDevices.map(({ emptiedAt }) => emptiedAt)).toEqual(knownDevices.map(() => null))
    expect(await isKnown()).toBe(false)
    expect(hourly.guesses() - guessed).toBeLessThanOrEqual(mostGuesses)
  }, 120_000)

  it('[THR-1] promise 11: a hasty thief switches the app off, and the owner gets a mail and signs in with a backup code', async () => {
    const { world, ada } = await scene()
    const greedy = thief({ ...world, victim: ada, from: () => copyOf(ada) })
    await simulate(world, week, [greedy])
    expect((await stateOf(world.storage, 'ada')).totp.failures).toBe(100)
    expect(greedy.guesses()).toBeLessThanOrEqual(101)
    expect(mailsOf(world)).toMatchObject({ 'Authenticator apps were switched off for your account': 1 })
    const challenge = await ada.challenge(home)
    expectStatus(await world.nl.signIn.verify({ challenge, code: ada.backupCodes[0], client: home }), 'granted')
  }, 120_000)
})

describe('two weeks with strangers at the password form', () => {
  it.each([
    ['one network', oneNetwork],
    ['ever new networks', far],
  ] as const)(
    '[THR-6] promise 10: a stranger who tries passwords from %s keeps no owner out, and sends no mail',
    async (_, from) => {
      const { world, ada } = await scene()
      const { nl, clock } = world
      const before = (await stateOf(world.storage, 'ada')).record.commit
      let n = 0
      const stranger: Player = {
        async act() {
          await nl.signIn.failed({ name: ada.name, accountId: 'ada', client: from(n++) })
          return clock() + 10 * 60_000
        },
      }
      const known = ownerAtHome(world, ada, day, home)
      const anywhere = owner({
        world,
        person: ada,
        every: day,
        first: 12 * hour,
        client: () => ({ ip: '192.0.2.50', userAgent: 'Chrome' }),
      })
      await simulate(world, 2 * week, [stranger, known, anywhere])
      expect(n).toBeGreaterThan(2000)
      for (const { answers } of [known, anywhere]) expect(new Set(answers)).toEqual(new Set(['granted']))
      expect(mailsOf(world)).toEqual({})
      const { record, throttle, totp } = await stateOf(world.storage, 'ada')
      expect(throttle).toMatchObject({ row: 0, sources: [], passwordKnownAt: null })
      expect(totp.failures).toBe(0)
      // Two commits for each sign-in, and none for a wrong password.
      expect(record.commit - before).toBe(2 * (known.answers.length + anywhere.answers.length))
    },
    120_000,
  )

  it('[THR-5] a stuffer of many names gets a hundred tries an hour for each network, and the host is told', async () => {
    const { world, ada } = await scene()
    const { nl, clock, reports } = world
    let tried = 0
    let admitted = 0
    const stuffer: Player = {
      async act() {
        const client = { ip: '203.0.113.77', userAgent: 'python' }
        const answer = await nl.signIn.failed({ name: `user${tried++}`, client })
        if (answer.reason === 'wrong-credentials') admitted += 1
        return clock() + 20_000
      },
    }
    const at = owner({ world, person: ada, every: day, client: () => ({ ip: '192.0.2.60', userAgent: 'Firefox' }) })
    await simulate(world, 2 * day, [stuffer, at])
    expect(tried).toBeGreaterThan(8000)
    expect(admitted).toBeLessThanOrEqual(48 * 100 + 100)
    expect(reports.some(({ kind }) => kind === 'names')).toBe(true)
    expect(new Set(at.answers)).toEqual(new Set(['granted']))
    expect(mailsOf(world)).toEqual({})
  }, 120_000)
})
