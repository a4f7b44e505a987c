import { readFileSync } from 'node:fs'
import type { NightlatchOptions } from 'nightlatch'
import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { expectOk } from '../world/expect-outcome.ts'
import { ownerAtHome } from '../world/owner.ts'
import type { Person } from '../world/person.ts'
import { authenticator, elsewhere, home, wrongCode } from '../world/person.ts'
import type { Player } from '../world/simulation.ts'
import { simulate } from '../world/simulation.ts'
import type { Thief } from '../world/thief.ts'
import { thief } from '../world/thief.ts'
import { eventsOf } from '../world/reading.ts'
import { times } from '../world/times.ts'
import { unlimited } from '../world/unlimited.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'

const day = 86_400_000
const year = 365 * day
/** In millionths: a bucket holds 300 and regains 150 in 30 days. */
const yearly = 300 + (365 / 30) * 150

interface Configuration {
  readonly name: string
  readonly options?: Partial<NightlatchOptions>
  readonly apps?: number
  readonly factor?: 'backup-code'
  /** How many texts of so many digits are right at one moment, by factor. */
  readonly right: { readonly totp?: number; readonly 'backup-code'?: number }
  readonly digits: number
  /** Nothing but the bucket limits it: so many guesses are too many to simulate. */
  readonly byBucket?: true
}

const sixDigits: Partial<NightlatchOptions> = { backupCodes: { profile: 'numeric-6' } }
const configurations: readonly Configuration[] = [
  { name: 'one app', right: { totp: 3 }, digits: 6 },
  { name: 'one app, no window', options: { totp: { window: 0 } }, right: { totp: 1 }, digits: 6 },
  { name: 'one app, the widest window', options: { totp: { window: 5 } }, right: { totp: 11 }, digits: 6 },
  { name: 'one app of eight digits', right: { totp: 3 }, digits: 8, byBucket: true },
  { name: 'five apps', apps: 5, right: { totp: 15 }, digits: 6 },
  { name: 'ten apps', apps: 10, right: { totp: 30 }, digits: 6 },
  { name: 'ten apps, the widest window', options: { totp: { window: 5 } }, apps: 10, right: { totp: 110 }, digits: 6 },
  {
    name: 'ten backup codes of six digits',
    options: sixDigits,
    factor: 'backup-code',
    right: { 'backup-code': 10 },
    digits: 6,
  },
  { name: 'these and one app, tried together', options: sixDigits, right: { totp: 3, 'backup-code': 10 }, digits: 6 },
]

async function scene({ options = {}, apps = 1 }: Partial<Configuration>): Promise<[World, Person]> {
  const world = createWorld({ options: { ...unlimited, ...options } })
  const { nl, clock } = world
  const ada = await world.person()
  for (const n of times(apps - 1)) {
    const enrolled = expectOk(await nl.totp.enroll({ grant: ada.grant, proof: await ada.proof(), label: `App ${n}` }))
    const { code } = authenticator(enrolled.uri, enrolled.authenticator, clock)
    ada.grant = expectOk(await nl.totp.confirm({ grant: ada.grant, code: code() })).grant ?? ''
  }
  return [world, ada]
}

/** Guesses as soon as one is evaluated, each from a network of its own. */
function greedy(world: World, ada: Person, { factor }: Partial<Configuration> = {}): Thief {
  const code = factor === undefined ? undefined : (): string => wrongCode(ada.app)
  return thief({ ...world, victim: ada, from: elsewhere, ...(factor && { factor }), ...(code && { code }) })
}

const owner = (world: World, ada: Person): Player => ownerAtHome(world, ada, 2 * day, home)

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

/** That one of several guesses is right, each of a chance in millionths: in per cent with two significant digits. */
function percent(chances: readonly number[]): string {
  const none = chances.reduce((product, chance) => product * (1 - chance / 1e6), 1)
  return `${String(Number(((1 - none) * 100).toPrecision(2)))} %`
}

const same = (count: number, chance: number): readonly number[] => times(count).map(() => chance)

/** The chance of each guess of the history, by what it was compared with. */
async function chancesOf({ nl }: World, { right, digits }: Configuration): Promise<readonly number[]> {
  const failed = (await eventsOf(nl, 'ada')).flatMap((event) => (event.type === 'mfa_fail' ? [event.values] : []))
  return failed.map(({ compared = [] }) => {
    const texts = compared.map((factor) => (factor === 'totp' || factor === 'backup-code' ? (right[factor] ?? 0) : 0))
    return sum(texts) * 10 ** (6 - digits)
  })
}

const stated = ((): readonly (readonly string[])[] => {
  const text = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8')
  const section = text.split('\n## How likely is a lucky guess?\n')[1] ?? ''
  const lines = (/(?:^\|.*\n)+/m.exec(section)?.[0] ?? '').split('\n').slice(2, -1)
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
})()

describe('the table of SECURITY.md: how likely is a lucky guess', () => {
  it('has a row for each configuration that is tried here', () => {
    expect(stated.map(([name]) => name)).toEqual(configurations.map(({ name }) => name))
  })

  it.each(configurations)(
    '[THR-2] promise 2: says what a year of guesses comes to with $name',
    async (configuration) => {
      const { name, right, digits, byBucket } = configuration
      const chance = sum(Object.values(right)) * 10 ** (6 - digits)
      const chances = byBucket ? same(Math.floor(yearly / chance), chance) : await simulatedChances(configuration)
      const cells = [
        name,
        String(Number(chance.toPrecision(2))),
        percent(same(5, chance)),
        percent(same(20, chance)),
        String(chances.length),
        percent(chances),
      ]
      expect(cells).toEqual(stated.find(([row]) => row === name))
      expect(sum(chances)).toBeLessThanOrEqual(yearly)
    },
    300_000,
  )
})

async function simulatedChances(configuration: Configuration): Promise<readonly number[]> {
  const [world, ada] = await scene(configuration)
  const guesser = greedy(world, ada, configuration)
  await simulate(world, year, [guesser, owner(world, ada)])
  const chances = await chancesOf(world, configuration)
  expect(chances).toHaveLength(guesser.guesses())
  return chances
}

describe('the odds of a year', () => {
  it('[THR-2] promise 2: are doubled at most by one copied device token', async () => {
    const [world, ada] = await scene({})
    const copied = { ip: '203.0.113.9', device: ada.deviceToken }
    // An empty bucket strikes the device, so a patient thief leaves a little in it.
    const patient = thief({ ...world, victim: ada, from: () => copied, gap: day / 1.6 })
    const guesser = greedy(world, ada)
    await simulate(world, year, [guesser, patient, owner(world, ada)])
    expect(patient.guesses()).toBeGreaterThan(500)
    for (const { guesses } of [guesser, patient]) expect(guesses() * 3).toBeLessThanOrEqual(yearly)
    expect(percent(same(2 * 708, 3))).toBe('0.42 %')
  }, 300_000)

  it.each([
    ['one app', {}, 3],
    ['ten apps and the widest window', { options: { totp: { window: 5 } }, apps: 10 }, 110],
  ] as const)(
    '[THR-2] promise 2: stay below 0.45 per cent if the thief also resets the password, with %s',
    async (_, configuration, right) => {
      const [world, ada] = await scene(configuration)
      const guesser = greedy(world, ada)
      const resets: Player = {
        async act() {
          expectOk(await world.nl.password.changed({ grant: asSystem('ada', 'reset'), endSessions: false }))
          return world.clock() + 2 * day
        },
      }
      await simulate(world, year, [guesser, resets, owner(world, ada)])
      // Three resets in 30 days count: at most 39 in a year.
      expect(guesser.guesses() * right).toBeLessThanOrEqual(yearly + 39 * 60)
      expect(guesser.guesses() * right).toBeGreaterThan(yearly)
    },
    300_000,
  )
})
