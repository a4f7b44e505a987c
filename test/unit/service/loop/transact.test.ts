import { beforeEach, describe, expect, it } from 'vitest'
import type { Change, CommitAnswer, Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import type { Step } from '../../../../src/core/account/record/step.ts'
import type { SlowHashTask, Task, TaskResult } from '../../../../src/core/account/record/tasks.ts'
import { resultOf } from '../../../../src/core/account/record/tasks.ts'
import { limits } from '../../../../src/core/limits.ts'
import { createAccountQueue } from '../../../../src/service/loop/account-queue.ts'
import { createAfterwards } from '../../../../src/service/loop/afterwards.ts'
import type { Answer, Call, LoopParts } from '../../../../src/service/loop/transact.ts'
import { createTransact } from '../../../../src/service/loop/transact.ts'
import { now, settings, stranger } from '../../../world/account.ts'
import { seededRandom } from '../../../world/seeded-random.ts'
import type { Toy } from './parts.ts'
import { toyId, toyStore } from './parts.ts'

type Counted = { readonly n: number; readonly keyTaken: boolean }
type ToyCall = Call<Toy, null, Counted>

let inner: Storage
let answers: ((change: Change) => Promise<CommitAnswer>)[]
let commits: Change[]
let told: string[]
let pauses: number[]
let hash: (task: Task) => Promise<TaskResult>

beforeEach(() => {
  inner = memoryStorage()
  answers = []
  commits = []
  told = []
  pauses = []
  hash = async (task) => ({ task, result: new Uint8Array(32) }) as TaskResult
})

const task: SlowHashTask = {
  kind: 'slow-hash',
  salt: 'AA',
  params: { algorithm: 'scrypt', N: 16384, r: 8, p: 1, length: 32 },
  input: 'AA',
}

/** A server with a storage whose commits are answered by `answers`, as long as there are any. */
function server(more: Partial<LoopParts<Toy>> = {}) {
  const storage: Storage = {
    ...inner,
    commit: (change) => {
      commits.push(change)
      const answer = answers.shift()
      return answer === undefined ? inner.commit(change) : answer(change)
    },
  }
  return createTransact<Toy>({
    storage,
    records: toyStore({ storage }),
    queue: createAccountQueue(),
    afterwards: createAfterwards(),
    random: seededRandom(`transact/${Math.floor(commits.length)}`),
    now: () => now,
    settings,
    isOwn: () => true,
    runTask: (_, asked) => hash(asked),
    sealMessages: () => [],
    committed: (id) => void told.push(id),
    pause: async (ms) => void pauses.push(ms),
    jitter: () => 1,
    ...more,
  })
}

const committing: ToyCall['useCase'] = (state, _, { keyTaken }): Step<Counted, Toy> => ({
  commit: {
    state: { ...state, n: state.n + 1 },
    events: [],
    messages: [],
    keys: { claim: [], release: [] },
    outcome: { n: state.n + 1, keyTaken },
  },
})

/** Counts one up, and answers how far it came. */
const count: ToyCall = {
  recordId: toyId,
  useCase: committing,
  command: null,
  actor: { kind: 'user' },
  client: stranger,
  session: null,
  strong: false,
  creates: true,
  shared: () => ({ actor: 'user', call: 'c' }),
  recordFacts: () => undefined,
}

const hashing: ToyCall['useCase'] = (state, command, context, results) =>
  resultOf(results, task) === undefined ? { need: [task] } : committing(state, command, context, results)

const result = (n: number, keyTaken = false): Answer<Counted> => ({ status: 'result', result: { n, keyTaken } })
const stored = async (): Promise<number | undefined> => (await toyStore({ storage: inner }).load(toyId))?.state.n

describe('a call of a use case', () => {
  it('commits what the step says, and is answered with its outcome', async () => {
    const run = server()
    expect(await run(count)).toEqual(result(1))
    expect(await run(count)).toEqual(result(2))
    expect(await stored()).toBe(2)
    expect(told).toEqual([toyId, toyId])
  })

  it('is absent without a record, unless it makes one', async () => {
    expect(await server()({ ...count, creates: false })).toEqual({ status: 'absent' })
    expect(commits).toEqual([])
    await server()(count)
    expect(await server()({ ...count, creates: false })).toEqual(result(2))
  })

  it('is asked again after a conflict, of the record that is stored by then', async () => {
    const run = server()
    answers.push(async () => {
      await server()(count)
      return 'conflict'
    })
    expect(await run(count)).toEqual(result(2))
    expect(await stored()).toBe(2)
  })

  it('is busy after twelve conflicts, with growing pauses up to 200 ms, and nothing is written', async () => {
    answers = Array.from({ length: limits.commitTries }, () => async () => 'conflict' as const)
    expect(await server()(count)).toEqual({ status: 'busy' })
    expect(commits).toHaveLength(limits.commitTries)
    expect(pauses.slice(0, 7)).toEqual([5, 10, 20, 40, 80, 160, 200])
    expect(pauses.at(-1)).toBe(200)
    expect([await stored(), told]).toEqual([undefined, []])
  })

  it('hears that a key is taken, after the answer key-taken and after no other one', async () => {
    answers = [async () => 'key-taken']
    expect(await server()(count)).toEqual(result(1, true))
    answers = [async () => 'conflict']
    expect(await server()(count)).toEqual(result(2, false))
    answers = [async () => 'key-taken', async () => 'conflict']
    expect(await server()(count)).toEqual(result(3, false))
  })

  it('is answered with its own result, if the storage wrote and lost the reply', async () => {
    answers = [
      async (change) => {
        await inner.commit(change)
        throw new Error('the reply was lost')
      },
    ]
    expect(await server()(count)).toEqual(result(1))
    expect(commits).toHaveLength(1)
    expect([await stored(), told]).toEqual([1, [toyId]])
  })

  it('throws NL_STORAGE_UNKNOWN with what the storage threw, if its fate cannot be learned', async () => {
    const fault = new Error('the disk is gone')
    answers = Array.from({ length: limits.commitTries }, () => async () => Promise.reject(fault))
    await expect(server()(count)).rejects.toMatchObject({ code: 'NL_STORAGE_UNKNOWN', cause: fault })
  })

  it('shows each record that it loads, and none where there is none', async () => {
    const seen: number[] = []
    const watching: ToyCall = { ...count, loaded: ({ state }) => void seen.push(state.n) }
    await server()(watching)
    expect(seen).toEqual([])
    answers = [async () => 'conflict']
    await server()(watching)
    expect(seen).toEqual([1, 1])
  })

  it('throws NL_STORAGE_UNKNOWN, if its fate cannot be read because the load fails', async () => {
    await server()(count)
    const fault = new Error('the load failed')
    const records = toyStore({ storage: inner })
    let loads = 0
    const run = server({
      records: { ...records, load: async (id) => (loads++ === 0 ? records.load(id) : Promise.reject(fault)) },
    })
    answers = [async () => Promise.reject(new Error('the reply was lost'))]
    await expect(run(count)).rejects.toMatchObject({ code: 'NL_STORAGE_UNKNOWN', cause: fault })
  })

  it('that writes nothing tells its facts, and commits nothing', async () => {
    const facts: unknown[] = []
    const done = { n: 0, keyTaken: false }
    const answer = await server()({
      ...count,
      useCase: () => ({ done, facts: [{ type: 'sms_refuse', values: { reason: 'x' } } as never] }),
      recordFacts: (drafts) => void facts.push(...drafts),
    })
    expect(answer).toEqual({ status: 'result', result: done })
    expect([facts.length, commits.length]).toEqual([1, 0])
  })
})

describe('the tasks of a call', () => {
  it('are run once, also over conflicts', async () => {
    let runs = 0
    const work = hash
    hash = (asked) => {
      runs++
      return work(asked)
    }
    answers = [async () => 'conflict', async () => 'conflict']
    expect(await server()({ ...count, useCase: hashing })).toEqual(result(1))
    expect(runs).toBe(1)
  })

  it('that fail in the slow hash are thrown after the commit, which is stored', async () => {
    const error = new RangeError('out of memory')
    hash = () => Promise.reject(error)
    await expect(server()({ ...count, useCase: hashing })).rejects.toBe(error)
    expect([await stored(), told]).toEqual([1, [toyId]])
  })

  it('that fail in the slow hash are thrown also if the reply of the commit was lost', async () => {
    const error = new RangeError('out of memory')
    hash = () => Promise.reject(error)
    answers = [
      async (change) => {
        await inner.commit(change)
        throw new Error('the reply was lost')
      },
    ]
    await expect(server()({ ...count, useCase: hashing })).rejects.toBe(error)
    expect(await stored()).toBe(1)
  })

  it('that fail in anything else throw at once, and nothing is stored', async () => {
    const other: Task = {
      kind: 'open',
      path: 'p',
      sealed: { alg: 'xchacha20-poly1305', keyId: '', nonce: '', ciphertext: '' },
    }
    const error = new RangeError('does not open')
    hash = () => Promise.reject(error)
    const useCase: ToyCall['useCase'] = () => ({ need: [other] })
    await expect(server()({ ...count, useCase })).rejects.toBe(error)
    expect(commits).toEqual([])
  })

  it('that fail in the slow hash are thrown, if the use case can do nothing without it', async () => {
    const error = new RangeError('out of memory')
    hash = () => Promise.reject(error)
    await expect(server()({ ...count, useCase: () => ({ need: [task] }) })).rejects.toBe(error)
    expect(commits).toEqual([])
  })

  it('end with an error, if the use case asks for ever', async () => {
    const useCase: ToyCall['useCase'] = (_, __, ___, results) => ({ need: [{ ...task, salt: `${results.length}` }] })
    await expect(server()({ ...count, useCase })).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
    expect(commits).toEqual([])
  })
})

describe('the line of a record', () => {
  it('is full for one kind of call, and has places for the others', async () => {
    const queue = createAccountQueue({ own: 1, strong: 1, other: 1 })
    const run = server({ queue })
    const kinds: Partial<ToyCall>[] = [{}, {}, { strong: true }, { actor: { kind: 'system', reason: 'job' } }]
    const statuses = await Promise.all(kinds.map(async (kind) => (await run({ ...count, ...kind })).status))
    expect(statuses).toEqual(['result', 'busy', 'result', 'result'])
  })

  it('gives a place of its own to a session that the record lists, and none to one that only says so', async () => {
    await server()(count)
    const statusesIf = async (isListed: boolean): Promise<string[]> => {
      const queue = createAccountQueue({ own: 2, strong: 1, other: 1 })
      const run = server({ queue, isOwn: () => isListed })
      const calls = [run(count), run({ ...count, session: 's1' }), run({ ...count, session: 's1' })]
      return (await Promise.all(calls)).map(({ status }) => status)
    }
    expect(await statusesIf(true)).toEqual(['result', 'result', 'result'])
    expect(await statusesIf(false)).toEqual(['result', 'busy', 'busy'])
  })

  it('answers at once what the record shows, and works behind the answer', async () => {
    await server()(count)
    const afterwards = createAfterwards()
    const early = { n: -1, keyTaken: false }
    const answer = await server({ afterwards })({ ...count, atOnce: ({ n }) => (n === 1 ? early : null) })
    expect(answer).toEqual({ status: 'result', result: early })
    expect(await stored()).toBe(1)
    await afterwards.done()
    expect(await stored()).toBe(2)
    expect(await server()({ ...count, atOnce: ({ n }) => (n === 1 ? early : null) })).toEqual(result(3))
  })
})

describe('what a commit writes', () => {
  it('names the attempt in the record, and keeps the last 64', async () => {
    const run = server()
    for (let n = 0; n < limits.attemptIds + 2; n++) await run(count)
    const record = await toyStore({ storage: inner }).load(toyId)
    expect(record?.attempts).toEqual(commits.slice(-limits.attemptIds).map(({ attemptId }) => attemptId))
  })

  it('has its events in the history of the record, and no lease without messages', async () => {
    const events = [{ type: 'lockout_end', values: {} } as const]
    const useCase: ToyCall['useCase'] = (...args) => {
      const step = committing(...args)
      return 'commit' in step ? { commit: { ...step.commit, events } } : step
    }
    await server()({ ...count, useCase })
    expect(commits[0]).toMatchObject({ expected: null, events: [{ n: 1, type: 'lockout_end', at: now }] })
    expect(commits[0]).not.toHaveProperty('lease')
    const message = { id: 'm' } as never
    await server({ sealMessages: () => [message] })(count)
    expect(commits[1]).toMatchObject({ messages: [message], lease: { until: now + limits.messageLeaseMs } })
  })

  it('moves the marks of the record that was read, and of no other one', async () => {
    await server()(count)
    const record = (await toyStore({ storage: inner }).load(toyId))!
    const marking =
      (birth: string): ToyCall['useCase'] =>
      (...args) => {
        const step = committing(...args)
        return 'commit' in step
          ? {
              commit: {
                ...step.commit,
                events: [{ type: 'lockout_end', values: {} }],
                marks: { birth, begin: { from: 1, before: 'd' }, shorteningBelow: 2 },
              },
            }
          : step
      }
    await server()({ ...count, useCase: marking('other') })
    await server()({ ...count, useCase: marking('other') })
    expect((await toyStore({ storage: inner }).load(toyId))!.history.shorteningBelow).toBe(1)
    await server()({ ...count, useCase: marking(record.birth) })
    expect((await toyStore({ storage: inner }).load(toyId))!.history.shorteningBelow).toBe(2)
  })
})
