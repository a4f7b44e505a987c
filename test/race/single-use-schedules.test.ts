import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isNightlatchError } from 'nightlatch'
import type { EventRow, Nightlatch, NightlatchErrorCode, SignInOutcome } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import type { CommitFault, LoadFault } from '../world/faulty-storage.ts'
import { faultyStorage } from '../world/faulty-storage.ts'
import { fieldsOf, peekEvents } from '../world/peek.ts'
import type { Person } from '../world/person.ts'
import { challengesOf, elsewhere } from '../world/person.ts'
import { stateOf } from '../world/reading.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'

/**
 * Loads and commits of two or three servers in every order that the scheduler finds, with conflicts, crashes before a
 * commit, replies lost after one, commits that land late, and loads that fail.
 */

const commitFault = fc.oneof(
  { arbitrary: fc.constantFrom<CommitFault>('none', 'conflict', 'crash'), weight: 1 },
  { arbitrary: fc.constantFrom<CommitFault>('lost', 'slow'), weight: 1 },
)
const loadFault = fc.oneof(
  { arbitrary: fc.constant<LoadFault>('none'), weight: 12 },
  { arbitrary: fc.constant<LoadFault>('crash'), weight: 1 },
)
const faultsArb = fc.record({
  commits: fc.array(commitFault, { minLength: 3, maxLength: 24 }),
  loads: fc.array(loadFault, { maxLength: 24 }),
})

type Told =
  { readonly kind: 'granted' | 'no' | 'busy' } | { readonly kind: 'thrown'; readonly code: NightlatchErrorCode }

interface Race {
  readonly world: World
  readonly ada: Person
  readonly servers: readonly Nightlatch[]
  /** Deals calls out to the servers in turn. */
  server(n: number): Nightlatch
  /** What the callers were told, once every call has ended and every late commit was tried. */
  outcomes(answers: readonly Promise<SignInOutcome>[]): Promise<readonly Told[]>
  /** How many events of a type the account has, of one factor if that is named. */
  count(type: EventRow['type'], factor?: string): Promise<number>
}

type Faults = readonly { readonly commits: readonly CommitFault[]; readonly loads: readonly LoadFault[] }[]

async function race(scheduler: fc.Scheduler, faults: Faults): Promise<Race> {
  const storage = memoryStorage()
  const world = createWorld({ storage })
  const ada = await world.person()
  const storages = faults.map(({ commits, loads }, server) => {
    const commit = commits.values()
    const load = loads.values()
    return faultyStorage(storage, {
      turn: (label) => scheduler.schedule(Promise.resolve(), `${label} of server ${server}`),
      onCommit: () => commit.next().value ?? 'none',
      onLoad: () => load.next().value ?? 'none',
    })
  })
  const servers = storages.map((storage) => world.instance({ storage }))
  return {
    world,
    ada,
    servers,
    server: (n) => servers[n % servers.length]!,
    async outcomes(answers) {
      const all = Promise.all(answers.map(told))
      await scheduler.waitFor(all)
      await scheduler.waitFor(Promise.all(storages.map((storage) => storage.settled())))
      return all
    },
    async count(type, factor) {
      const rows = (await peekEvents(storage, 'ada')).filter((row) => row.type === type)
      return rows.filter((row) => factor === undefined || fieldsOf(row)['factor'] === factor).length
    },
  }
}

/** Runs a test under many schedules of two or three servers, each with faults of its own. */
async function underAnySchedule<Given>(
  given: fc.Arbitrary<Given>,
  test: (scene: Race, given: Given) => Promise<void>,
): Promise<void> {
  const servers = fc.array(faultsArb, { minLength: 2, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), servers, given, async (scheduler, faults, made) =>
      test(await race(scheduler, faults), made),
    ),
    { numRuns: 150 },
  )
}

const nothing = fc.constant(null)

async function told(answer: Promise<SignInOutcome>): Promise<Told> {
  try {
    const outcome = await answer
    if (outcome.status === 'granted') return { kind: 'granted' }
    return { kind: outcome.status === 'refused' && outcome.reason === 'busy' ? 'busy' : 'no' }
  } catch (error) {
    if (!isNightlatchError(error)) throw error
    return { kind: 'thrown', code: error.code }
  }
}

/** Each accepted code was answered `granted` exactly once, unless a caller was told `busy` or of a failing storage. */
function agrees(accepted: number, answers: readonly Told[]): void {
  const granted = answers.filter(({ kind }) => kind === 'granted').length
  const untold = answers.filter(({ kind }) => kind === 'busy' || kind === 'thrown').length
  for (const answer of answers) {
    if (answer.kind === 'thrown') expect(answer.code).toMatch(/^NL_STORAGE_(?:FAILED|UNKNOWN)$/)
  }
  expect(granted).toBeLessThanOrEqual(accepted)
  if (untold === 0) expect(granted).toBe(accepted)
  expect(accepted - granted).toBeLessThanOrEqual(untold)
}

// Without pauses in the loop the scheduler always has calls to order, and late commits can come after any of them.
// Deadlines stay as long as they are: every call is answered before.
beforeEach(() => {
  const startTimer = globalThis.setTimeout
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((resume: () => void, ms: number) =>
    ms > 1000 ? startTimer(resume, ms) : queueMicrotask(resume)) as unknown as typeof setTimeout)
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('promise 1 under any interleaving', () => {
  it('[TOTP-6] promise 1: a TOTP step is accepted once, and one caller is told so', async () => {
    await underAnySchedule(fc.integer({ min: 2, max: 4 }), async ({ ada, server, outcomes, count }, calls) => {
      const before = await count('authn_login_success', 'totp')
      const code = ada.app.code()
      const challenges = await challengesOf(ada, calls)
      const answers = await outcomes(
        challenges.map((challenge, i) => server(i).signIn.verify({ challenge, code, client: elsewhere(i) })),
      )
      const accepted = (await count('authn_login_success', 'totp')) - before
      expect(accepted).toBeLessThanOrEqual(1)
      agrees(accepted, answers)
    })
  })

  it('[BC-4] promise 1: a backup code is accepted once, and one caller is told so', async () => {
    const choices = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 2, maxLength: 4 })
    await underAnySchedule(choices, async ({ world, ada, server, outcomes, count }, typed) => {
      const challenges = await challengesOf(ada, typed.length)
      const answers = await outcomes(
        typed.map((which, i) => {
          const code = ada.backupCodes[which]!
          return server(i).signIn.verify({ challenge: challenges[i], code, client: elsewhere(i) })
        }),
      )
      const { usedAt } = (await stateOf(world.storage, 'ada'))['backup-code'].set!
      const used = usedAt.filter((at) => at !== null)
      expect(await count('authn_login_success', 'backup-code')).toBe(used.length)
      for (const which of [0, 1]) {
        agrees(
          usedAt[which] === null ? 0 : 1,
          answers.filter((_, i) => typed[i] === which),
        )
      }
    })
  })

  it('[LIF-11] promise 1: a challenge is completed once, whatever codes are typed for it', async () => {
    await underAnySchedule(nothing, async ({ ada, server, outcomes, count }) => {
      const completed = async (): Promise<number> =>
        (await count('authn_login_success', 'totp')) + (await count('authn_login_success', 'backup-code'))
      const before = await completed()
      const challenge = await ada.challenge()
      const codes = [ada.app.code(), ada.backupCodes[0]!, ada.backupCodes[1]!]
      const answers = await outcomes(
        codes.map((code, i) => server(i).signIn.verify({ challenge, code, client: ada.client })),
      )
      const accepted = (await completed()) - before
      expect(accepted).toBeLessThanOrEqual(1)
      agrees(accepted, answers)
    })
  })

  it('[LIF-10] promise 1: a proof is spent once', async () => {
    await underAnySchedule(nothing, async ({ ada, servers, outcomes, count }) => {
      await ada.signIn()
      const { grant } = ada
      const proof = await ada.proof()
      const before = await count('mfa_enroll_start')
      const enroll = async (server: Nightlatch, i: number): Promise<SignInOutcome> => {
        const answer = await server.totp.enroll({ grant, proof, label: `Tablet ${i}` })
        const read = answer.ok ? { status: 'granted' } : { status: 'refused', reason: answer.reason }
        return read as unknown as SignInOutcome
      }
      const answers = await outcomes(servers.map(enroll))
      const accepted = (await count('mfa_enroll_start')) - before
      expect(accepted).toBeLessThanOrEqual(1)
      agrees(accepted, answers)
    })
  })

  it('promise 1: the history passes its check after every fault', async () => {
    const kinds = fc.array(fc.constantFrom('right', 'wrong', 'backup'), { minLength: 2, maxLength: 5 })
    await underAnySchedule(kinds, async ({ world, ada, server, outcomes, count }, typed) => {
      const challenges = await challengesOf(ada, typed.length)
      const before = await count('mfa_fail')
      const codes = { right: ada.app.code(), wrong: '000000', backup: ada.backupCodes[0]! }
      const answers = await outcomes(
        typed.map((kind, i) =>
          server(i).signIn.verify({ challenge: challenges[i], code: codes[kind], client: elsewhere(i) }),
        ),
      )
      expect(await world.nl.history.verify({ grant: ada.grant })).toMatchObject({ ok: true })
      const refused = answers.filter(({ kind }) => kind === 'no').length
      // Every verdict was charged: nobody was told "wrong" without an event.
      expect((await count('mfa_fail')) - before).toBeGreaterThanOrEqual(refused)
    })
  })
})
