import { createNightlatch, keyring } from 'nightlatch'
import type { Keyring, Nightlatch, NightlatchOptions, Report, Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import type { MemoryMailer } from 'nightlatch/testing'
import { memoryMailer } from 'nightlatch/testing'
import type { FakeClock } from './clock.ts'
import { fakeClock } from './clock.ts'
import { fastHash } from './fast-hash.ts'
import { writesTo } from './peek.ts'
import type { Person } from './person.ts'
import { enrolledPerson } from './person.ts'
import { seededRandom } from './seeded-random.ts'

/** The text of a key, made from a number. It is no secret: anybody can make it. */
export function keyText(n: number): string {
  return `nlk1.${Buffer.from(seededRandom(`key/${n}`)(32)).toString('base64url')}`
}

export interface WorldOptions {
  /** Default: a memory storage of its own. */
  readonly storage?: Storage
  /** The seed of all random bytes. */
  readonly seed?: string
  readonly clock?: FakeClock
  readonly keys?: Keyring
  /** For every instance of this world. */
  readonly options?: Partial<NightlatchOptions>
}

export interface World {
  readonly clock: FakeClock
  readonly storage: Storage
  readonly mailer: MemoryMailer
  readonly keys: Keyring
  /** What the hosts of this world were told. */
  readonly reports: Report[]
  /** One server: instances share storage, keys, clock and mailer, unless told otherwise. */
  instance(overrides?: Partial<NightlatchOptions>): Nightlatch
  /** The instance that persons are enrolled through. */
  readonly nl: Nightlatch
  /** Somebody with 2FA on: an authenticator, backup codes, a grant and a known device. */
  person(id?: string): Promise<Person>
}

/** A small host whose storage, mailer, clock and random bytes a test controls. */
export function createWorld(given: WorldOptions = {}): World {
  const { seed = 'world', storage = memoryStorage(), clock = fakeClock(), keys = keyring(keyText(1)) } = given
  const mailer = memoryMailer()
  const reports: Report[] = []
  let instances = 0
  const instance: World['instance'] = (overrides = {}) => {
    const server = createNightlatch({
      appName: 'Acme',
      contact: 'security@acme.example',
      storage,
      mailer,
      keys,
      clock,
      random: seededRandom(`${seed}/${instances++}`),
      slowHash: fastHash,
      outbox: { sweep: 'manual' },
      report: (told) => void reports.push(told),
      describe: (id) => ({
        name: `${id}@people.example`,
        addresses: [{ mail: `${id}@people.example`, verified: true }],
      }),
      ...given.options,
      ...overrides,
    })
    writesTo(storage, server)
    return server
  }
  const nl = instance()
  return {
    clock,
    storage,
    mailer,
    keys,
    reports,
    instance,
    nl,
    person: (id = 'ada') => enrolledPerson({ nl, clock, id }),
  }
}
