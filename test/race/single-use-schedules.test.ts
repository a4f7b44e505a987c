import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isNightlatchError } from 'nightlatch'
import type { Nightlatch, NightlatchErrorCode, SignInOutcome, Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import type { CommitFault, FaultyStorage, LoadFault } from '../world/faulty-storage.ts'
import { faultyStorage } from '../world/faulty-storage.ts'
import { peekEvents, peekState } from '../world/peek.ts'
import type { Person } from '../world/person.ts'
import { elsewhere } from '../world/person.ts'
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
  readonly storages: readonly FaultyStorage[]
}

async function race(
  scheduler: fc.Scheduler,
  faults: readonly { readonly commits: readonly CommitFault[]; readonly loads: readonly LoadFault[] }[],
  storage: Storage = memoryStorage(),
): Promise<Race> {
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
  return { world, ada, storages, servers: storages.map((storage) => world.instance({ storage })) }
}

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

async function finish(scheduler: fc.Scheduler, { storages }: Race, answers: Promise<unknown>): Promise<void> {
  await scheduler.waitFor(answers)
  await scheduler.waitFor(Promise.all(storages.map((storage) => storage.settled())))
}

const grantsOf = async (storage: Storage, factor: string): Promise<number> =>
  (await peekEvents(storage, 'ada')).filter(
    ({ type, fields }) => type === 'authn_login_success' && fields.factor?.value === factor,
  ).length

const runs = { numRuns: 150 }

// The loop's pause must not let the scheduler run dry: what is late would then never be late enough.
beforeEach(() => {
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((resume: () => void) => {
    queueMicrotask(resume)
  }) as unknown as typeof setTimeout)
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('promise 1 under any interleaving', () => {
  it('[TOTP-6] promise 1: a TOTP step is accepted once, and its acceptance answered once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(faultsArb, { minLength: 2, maxLength: 3 }),
        fc.integer({ min: 2, max: 4 }),
        async (scheduler, faults, calls) => {
          const scene = await race(scheduler, faults)
          const { world, ada, servers } = scene
          const before = await grantsOf(world.storage, 'totp')
          const code = ada.app.code()
          const challenges: string[] = []
          for (let i = 0; i < calls; i++) challenges.push(await ada.challenge(elsewhere(i)))
          const answers = challenges.map((challenge, i) =>
            told(servers[i % servers.length]!.signIn.verify({ challenge, code, client: elsewhere(i) })),
          )
          await finish(scheduler, scene, Promise.all(answers))
          const accepted = (await grantsOf(world.storage, 'totp')) - before
          expect(accepted).toBeLessThanOrEqual(1)
          agrees(accepted, await Promise.all(answers))
        },
      ),
      runs,
    )
  })

  it('[BC-4] promise 1: a backup code is accepted once, and its acceptance answered once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(faultsArb, { minLength: 2, maxLength: 3 }),
        fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 2, maxLength: 4 }),
        async (scheduler, faults, typed) => {
          const scene = await race(scheduler, faults)
          const { world, ada, servers } = scene
          const challenges: string[] = []
          for (let i = 0; i < typed.length; i++) challenges.push(await ada.challenge(elsewhere(i)))
          const answers = typed.map((which, i) => {
            const server = servers[i % servers.length]!
            const code = ada.backupCodes[which]!
            return told(server.signIn.verify({ challenge: challenges[i], code, client: elsewhere(i) }))
          })
          await finish(scheduler, scene, Promise.all(answers))
          const state = await peekState(world.storage, 'ada')
          const all = await Promise.all(answers)
          expect(await grantsOf(world.storage, 'backup-code')).toBe(
            state?.['backup-code'].set?.codes.filter(({ usedAt }) => usedAt !== null).length,
          )
          for (const which of [0, 1]) {
            const mine = all.filter((_, i) => typed[i] === which)
            const used = state?.['backup-code'].set?.codes[which]?.usedAt ?? null
            agrees(used === null ? 0 : 1, mine)
          }
        },
      ),
      runs,
    )
  })

  it('[LIF-11] promise 1: a challenge is completed once, whatever codes are typed for it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(faultsArb, { minLength: 2, maxLength: 3 }),
        async (scheduler, faults) => {
          const scene = await race(scheduler, faults)
          const { world, ada, servers } = scene
          const before = (await grantsOf(world.storage, 'totp')) + (await grantsOf(world.storage, 'backup-code'))
          const challenge = await ada.challenge()
          const codes = [ada.app.code(), ada.backupCodes[0]!, ada.backupCodes[1]!]
          const answers = codes.map((code, i) =>
            told(servers[i % servers.length]!.signIn.verify({ challenge, code, client: ada.client })),
          )
          await finish(scheduler, scene, Promise.all(answers))
          const after = (await grantsOf(world.storage, 'totp')) + (await grantsOf(world.storage, 'backup-code'))
          expect(after - before).toBeLessThanOrEqual(1)
          agrees(after - before, await Promise.all(answers))
        },
      ),
      runs,
    )
  })

  it('[LIF-10] promise 1: a proof is spent once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(faultsArb, { minLength: 2, maxLength: 3 }),
        async (scheduler, faults) => {
          const scene = await race(scheduler, faults)
          const { world, ada, servers } = scene
          await ada.signIn()
          const proof = await ada.proof()
          const before = (await peekEvents(world.storage, 'ada')).filter(
            ({ type }) => type === 'mfa_enroll_start',
          ).length
          const answers = servers.map((server, i) =>
            told(
              server.totp
                .enroll({ grant: ada.grant, proof, label: `Tablet ${i}` })
                .then((answer) =>
                  answer.ok
                    ? ({ status: 'granted' } as unknown as SignInOutcome)
                    : ({ status: 'refused', reason: answer.reason } as unknown as SignInOutcome),
                ),
            ),
          )
          await finish(scheduler, scene, Promise.all(answers))
          const after = (await peekEvents(world.storage, 'ada')).filter(
            ({ type }) => type === 'mfa_enroll_start',
          ).length
          expect(after - before).toBeLessThanOrEqual(1)
          agrees(after - before, await Promise.all(answers))
        },
      ),
      runs,
    )
  })

  it('promise 1: the history stays whole under every fault', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(faultsArb, { minLength: 2, maxLength: 3 }),
        fc.array(fc.constantFrom('right', 'wrong', 'backup'), { minLength: 2, maxLength: 5 }),
        async (scheduler, faults, typed) => {
          const scene = await race(scheduler, faults)
          const { world, ada, servers } = scene
          const challenges: string[] = []
          for (let i = 0; i < typed.length; i++) challenges.push(await ada.challenge(elsewhere(i)))
          const wrongBefore = (await peekEvents(world.storage, 'ada')).filter(({ type }) => type === 'mfa_fail').length
          const codes = { right: ada.app.code(), wrong: '000000', backup: ada.backupCodes[0]! }
          const answers = typed.map((kind, i) =>
            told(
              servers[i % servers.length]!.signIn.verify({
                challenge: challenges[i],
                code: codes[kind],
                client: elsewhere(i),
              }),
            ),
          )
          await finish(scheduler, scene, Promise.all(answers))
          expect(await world.nl.history.verify({ grant: ada.grant })).toMatchObject({ ok: true })
          const wrong = (await peekEvents(world.storage, 'ada')).filter(({ type }) => type === 'mfa_fail').length
          const refused = (await Promise.all(answers)).filter(({ kind }) => kind === 'no').length
          // Every verdict was paid for: nobody was told "wrong" without a row.
          expect(wrong - wrongBefore).toBeGreaterThanOrEqual(refused)
        },
      ),
      runs,
    )
  })
})
