import { readFileSync } from 'node:fs'
import type { ClientInfo, Limiter, Nightlatch } from 'nightlatch'
import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/core/limits.ts'
import type { AccountState } from '../../../src/core/account/state.ts'
import { expectOk } from '../../world/expect-outcome.ts'
import type { Authenticator, Person } from '../../world/person.ts'
import { authenticator, elsewhere, wrongCode } from '../../world/person.ts'
import { stateOf } from '../../world/reading.ts'
import { windowLimiter } from '../../world/window-limiter.ts'
import type { World } from '../../world/world.ts'
import { createWorld } from '../../world/world.ts'
import { root } from '../source-tree.ts'

const wrongBackupCode = '7K3M-Q9XTW-02A1'

interface Scene {
  readonly world: World
  readonly ada: Person
  /** A second device beside the one of {@link Person.app}. */
  readonly tablet: Authenticator
  /** Of the browser that the account knows. */
  readonly known: ClientInfo
  readonly challenge: string
  readonly proof: string
  /** How often the limiter was charged for wrong and right passwords of the known browser, in its window. */
  passwords(): number
}

/** Somebody with two devices, of whose counts none is zero: so many failures in a row, two of them under a challenge. */
async function scene(inARow: number): Promise<Scene> {
  const limiter = windowLimiter()
  const world = createWorld({ options: { limiter } })
  const { nl, clock } = world
  const ada = await world.person()
  await ada.signIn()
  const second = expectOk(await nl.totp.enroll({ grant: ada.grant, proof: await ada.proof() }))
  const tablet = authenticator(second.uri, second.device, clock)
  ada.grant = expectOk(await nl.totp.confirm({ grant: ada.grant, code: tablet.code() })).grant ?? ''
  const known = { ...ada.client, device: ada.deviceToken }
  const proof = await ada.proof()

  const challenge = await ada.challenge(known)
  await answered({ world, challenge, client: known, code: wrongCode(ada.app) }, 'wrong')
  await answered({ world, challenge, client: known, code: wrongBackupCode }, 'wrong')
  for (let n = 2; n < inARow; n++) {
    const client = elsewhere(n)
    const code = n % 2 ? wrongCode(ada.app) : wrongBackupCode
    await answered({ world, challenge: await ada.challenge(client), client, code }, 'wrong')
  }
  await nl.signIn.failed({ name: ada.name, accountId: ada.id, client: known })
  const key = limiter.last[0] ?? ''
  return { world, ada, tablet, known, challenge, proof, passwords: () => limiter.used(key, clock()) }
}

interface Guess {
  readonly world: World
  readonly challenge: string
  readonly client: ClientInfo
  readonly code: string
}

async function answered({ world, ...guess }: Guess, told: string): Promise<void> {
  const answer = await world.nl.signIn.verify(guess)
  expect(answer.status === 'granted' ? answer.status : answer.reason).toBe(told)
}

/** After the hard stop: TOTP is off, and everything else is counted as in the other scenes. */
async function stopped(): Promise<Scene> {
  const made = await scene(limits.lockAfter)
  const { world, ada, known } = made
  for (let n = 0; (await stateOf(world.storage, ada.id)).totp.failures < limits.hardStop; n++) {
    world.clock.advance(limits.lockMs)
    const client = elsewhere(1000 + n)
    const challenge = await ada.challenge(client)
    await world.nl.signIn.verify({ challenge, client, code: wrongCode(ada.app) })
  }
  const challenge = await ada.challenge(known)
  await answered({ world, challenge, client: known, code: wrongBackupCode }, 'wrong')
  return { ...made, challenge }
}

const locked = (): Promise<Scene> => scene(limits.lockAfter)
const oneShort = (): Promise<Scene> => scene(limits.lockAfter - 1)

/** What a count stands at; null: there is nothing to count any more, or nothing locked. */
type Reader = (read: {
  readonly state: AccountState
  readonly scene: Scene
  readonly place: string
}) => number | null | Promise<number | null>

/** Another factor with a hard count is one more line here, and one more column on the page. */
const columns: Readonly<Record<string, Reader>> = {
  'this place': ({ state, place }) => state.throttle.places.find(({ id }) => id === place)?.failures ?? 0,
  'other places': ({ state, place }) =>
    state.throttle.places.reduce((sum, { id, failures }) => sum + (id === place ? 0 : failures), 0),
  'the row': ({ state }) => state.throttle.failures,
  'the lock': ({ state, scene: { world } }) => {
    const until = (state.throttle.lockedAt ?? -Infinity) + limits.lockMs
    return until > world.clock() ? until : null
  },
  'app codes': ({ state }) => state.totp.failures,
  'backup codes': ({ state }) => state.backupCodes.failures,
  'the challenge': async ({ scene: { world, challenge, known } }) => {
    // What is no code costs nothing, so it may ask.
    const answer = await world.nl.signIn.verify({ challenge, client: known, code: '' })
    return answer.status === 'challenge' ? limits.challengeTries - answer.triesLeft : null
  },
  passwords: ({ scene: { passwords } }) => passwords(),
}

interface Row {
  readonly name: string
  readonly act: (scene: Scene) => Promise<unknown>
  readonly from?: () => Promise<Scene>
  /** Where it happens; default: the known browser. */
  readonly at?: ClientInfo
}

const unknown = elsewhere(2)

/** Under the challenge of the scene, in its known browser. */
const typed = (s: Scene, code: string | undefined, told: string): Promise<void> =>
  answered({ world: s.world, challenge: s.challenge, client: s.known, code: code ?? '' }, told)
const acting = (s: Scene): { readonly grant: string; readonly proof: string; readonly client: ClientInfo } => ({
  grant: s.ada.grant,
  proof: s.proof,
  client: s.known,
})

async function enroll(
  { world: { nl, clock } }: Scene,
  call: Parameters<Nightlatch['totp']['enroll']>[0],
): Promise<void> {
  const enrolled = expectOk(await nl.totp.enroll(call))
  const { code } = authenticator(enrolled.uri, enrolled.device, clock)
  expectOk(await nl.totp.confirm({ ...call, code: code() }))
}

/** What can happen. Something else is one more line here, and one more row on the page. */
const rows: readonly Row[] = [
  { name: 'right code of an app', act: (s) => typed(s, s.tablet.code(1), 'granted') },
  { name: 'right backup code', act: (s) => typed(s, s.ada.backupCodes[0], 'granted') },
  { name: 'wrong code, of an app by its shape', act: (s) => typed(s, wrongCode(s.ada.app), 'wrong') },
  { name: 'wrong code, a backup code by its shape', act: (s) => typed(s, wrongBackupCode, 'wrong') },
  { name: 'right code of an app, typed again', act: (s) => typed(s, s.ada.app.code(), 'wrong') },
  { name: 'text that is no code', act: (s) => typed(s, 'hello', 'malformed') },
  {
    name: 'twentieth wrong code in a row, from an unknown device',
    from: oneShort,
    at: unknown,
    act: (s) => answered({ ...s, client: unknown, code: wrongCode(s.ada.app) }, 'wrong'),
  },
  {
    name: 'any code that has to wait',
    at: unknown,
    act: (s) => answered({ ...s, client: unknown, code: s.tablet.code(1) }, 'wait'),
  },
  { name: 'right password, a new challenge', act: (s) => s.ada.challenge(s.known) },
  {
    name: 'wrong password',
    act: ({ world, ada: { name, id }, known }) => world.nl.signIn.failed({ name, accountId: id, client: known }),
  },
  {
    name: 'step-up with the code of an app',
    act: async (s) =>
      expectOk(await s.world.nl.stepUp.verify({ ...acting(s), purpose: 'factors', code: s.tablet.code(1) })),
  },
  {
    name: 'step-up with a backup code',
    act: async (s) =>
      expectOk(await s.world.nl.stepUp.verify({ ...acting(s), purpose: 'factors', code: s.ada.backupCodes[0] })),
  },
  {
    name: 'resynchronizing a device',
    act: async (s) => {
      const { device, code } = s.tablet
      expectOk(await s.world.nl.totp.resynchronize({ ...acting(s), device, codes: [code(39), code(40)] }))
    },
  },
  { name: 'one more device', act: (s) => enroll(s, acting(s)) },
  {
    name: 'removing one of several devices',
    act: async (s) => expectOk(await s.world.nl.totp.remove({ ...acting(s), device: s.tablet.device })),
  },
  {
    name: 'removing the last device',
    act: async ({ world: { nl }, ada, tablet }) => {
      for (const { device } of [tablet, ada.app]) {
        expectOk(await nl.totp.remove({ grant: asSystem(ada.id, 'lost phone'), device }))
      }
    },
  },
  { name: 'new backup codes', act: async (s) => expectOk(await s.world.nl.backupCodes.regenerate(acting(s))) },
  { name: 'signing out', act: async (s) => expectOk(await s.world.nl.signIn.ended(acting(s))) },
  { name: 'signing out everywhere', act: async (s) => expectOk(await s.world.nl.sessions.endAll(acting(s))) },
  {
    name: 'two-factor off with the code of an app, and on again',
    act: async (s) => {
      const off = await s.world.nl.accounts.turnOffTwoFactor({ ...acting(s), code: s.tablet.code(1) })
      await enroll(s, { grant: expectOk(off).grant })
    },
  },
  {
    name: 'two-factor off by a script',
    act: async ({ world, ada }) =>
      expectOk(await world.nl.accounts.turnOffTwoFactor({ grant: asSystem(ada.id, 'lost phone') })),
  },
  {
    name: 'new device after the hard stop of app codes',
    from: stopped,
    act: (s) => enroll(s, { grant: asSystem(s.ada.id, 'new phone') }),
  },
  { name: 'fifteen minutes', act: async ({ world }) => world.clock.advance(limits.lockMs) },
]

type Counts = Readonly<Record<string, number | null>>

async function read(s: Scene, at: ClientInfo): Promise<Counts> {
  const state = await stateOf(s.world.storage, s.ada.id)
  const [device] = state.knownDevices.slice(-1)
  const place = at.device === undefined ? `network:${at.ip}` : `device:${device?.id}`
  const counts: Record<string, number | null> = {}
  for (const [name, reader] of Object.entries(columns)) counts[name] = await reader({ state, scene: s, place })
  return counts
}

function change(before: number | null, after: number | null): string {
  if (before === after) return '—'
  if (after === null) return 'over'
  if (after === 0) return 'cleared'
  if (before === null) return 'set'
  return after < before ? 'given back' : `+${after - before}`
}

/** The cells of the first table below a heading, without its line of dashes. */
function tableBelow(heading: string): readonly (readonly string[])[] {
  const text = readFileSync(`${root}docs/lockout.md`, 'utf8').split(`\n## ${heading}\n`)[1] ?? ''
  const table = /(?:^\|.*\n)+/m.exec(text)?.[0].split('\n') ?? []
  const lines = table.filter((line) => line !== '' && !line.startsWith('| -'))
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

describe('the table of docs/lockout.md', () => {
  const [[, ...named] = [], ...stated] = tableBelow('What clears what')

  it('names what is run here, and nothing else', () => {
    expect(named).toEqual(Object.keys(columns))
    expect(stated.map(([name]) => name)).toEqual(rows.map(({ name }) => name))
  })

  it.each(rows)('[THR-3] promise 2: says what is true of: $name', async ({ name, act, from = locked, at }) => {
    const s = await from()
    const client = at ?? s.known
    const before = await read(s, client)
    // A count of nothing would look the same after it was cleared.
    expect(Object.entries(before).filter(([column, count]) => !count && column !== 'the lock')).toEqual([])
    await act(s)
    const after = await read(s, client)
    const changes = Object.keys(columns).map((column) => change(before[column] ?? null, after[column] ?? null))
    expect([name, ...changes]).toEqual(stated.find(([row]) => row === name))
  })
})

describe('the numbers of docs/lockout.md', () => {
  it('are those of the budget', () => {
    const [, ...budget] = tableBelow('The budget')
    const { freeFailures, lockAfter, challengeTries, hardStop } = limits
    expect(budget.map((cells) => parseInt(cells[2] ?? '', 10))).toEqual([
      freeFailures,
      lockAfter,
      challengeTries,
      hardStop,
    ])
    const minutes = (ms: number): string => `${ms / 60_000} minutes`
    expect(budget[0]?.[3]).toContain(`of ${limits.firstWaitMs / 1000} s`)
    expect(budget[0]?.[3]).toContain(`up to ${minutes(limits.longestWaitMs)}`)
    expect(budget[1]?.[3]).toContain(`for ${minutes(limits.lockMs)}`)
  })

  it('are those that a limiter is asked for', async () => {
    const seen = new Map<string, string>()
    const limiter: Limiter = {
      async charge({ charges }) {
        for (const { key, limit, windowMs } of charges) {
          const minutes = windowMs / 60_000
          seen.set(key, `${limit} in ${minutes} minute${minutes === 1 ? '' : 's'}`)
        }
        return { admitted: true }
      },
    }
    const world = createWorld({ options: { limiter } })
    await (await world.person()).signIn()
    const [, ...stated] = tableBelow('The limiter')
    expect(stated.map((cells) => cells[2])).toEqual(expect.arrayContaining([...seen.values()]))
  })
})
