import { describe, expect, it } from 'vitest'
import { postgresLimiter, redisLimiter } from 'nightlatch/limiter/flexible'
import { storeLimiter } from '../../../src/adapters/limiter-flexible/store-limiter.ts'
import type { Count, Counter } from '../../../src/adapters/limiter-flexible/store-limiter.ts'

interface Fake {
  readonly counter: Counter
  readonly charged: string[]
  readonly givenBack: string[]
}

/** `seen` are the counts of the first read. `found` are those of the charge after it: others may charge in between. */
function fakeCounter({ seen, found = seen }: { seen: Record<string, number>; found?: Record<string, number> }): Fake {
  const charged: string[] = []
  const givenBack: string[] = []
  const countOf = (points: number | undefined): Count => ({ consumedPoints: points ?? 0, msBeforeNext: 700.5 })
  return {
    charged,
    givenBack,
    counter: {
      get: async (key) => (key in seen ? countOf(seen[key]) : null),
      async penalty(key) {
        charged.push(key)
        return countOf((found[key] ?? 0) + 1)
      },
      async reward(key) {
        givenBack.push(key)
        return countOf((found[key] ?? 0) - 1)
      },
    },
  }
}

const limiterOn = (counter: Counter, timeoutMs = 1000): ReturnType<typeof storeLimiter> =>
  storeLimiter({ counter: async () => counter, timeoutMs })

const narrow = { key: 'narrow', limit: 2, windowMs: 1001 }
const wide = { key: 'wide', limit: 9, windowMs: 1000 }

describe('a limiter on shared counters', () => {
  it('rounds windows up to whole seconds, and counts each window of a key apart', async () => {
    const { counter, charged } = fakeCounter({ seen: {} })
    expect(await limiterOn(counter).charge({ now: 5, charges: [wide, narrow] })).toEqual({ admitted: true })
    expect(charged).toEqual(['2:narrow', '1:wide'])
  })

  it('charges nothing when the first read shows that it must refuse', async () => {
    const { counter, charged } = fakeCounter({ seen: { '2:narrow': 2 } })
    const answer = await limiterOn(counter).charge({ now: 5, charges: [wide, narrow] })
    expect(answer).toEqual({ admitted: false, retryAt: 706 })
    expect(charged).toEqual([])
  })

  it('stops at the key with the least left when another server was faster', async () => {
    const { counter, charged } = fakeCounter({ seen: { '2:narrow': 1, '1:wide': 1 }, found: { '2:narrow': 2 } })
    const answer = await limiterOn(counter).charge({ now: 5, charges: [wide, narrow] })
    expect(answer).toEqual({ admitted: false, retryAt: 706 })
    expect(charged).toEqual(['2:narrow'])
  })

  it('charges when the first read shows a window that has just ended', async () => {
    const counter: Counter = {
      get: async () => ({ consumedPoints: 2, msBeforeNext: 0 }),
      penalty: async () => ({ consumedPoints: 1, msBeforeNext: 1000 }),
      reward: async () => ({ consumedPoints: 0, msBeforeNext: 1000 }),
    }
    expect(await limiterOn(counter).charge({ now: 5, charges: [narrow] })).toEqual({ admitted: true })
  })

  it('charges nothing after its timeout', async () => {
    const charged: string[] = []
    let look: (count: null) => void = () => undefined
    const counter: Counter = {
      get: () => new Promise((resolve) => (look = resolve)),
      async penalty(key) {
        charged.push(key)
        return { consumedPoints: 1, msBeforeNext: 1 }
      },
      reward: async () => ({ consumedPoints: 0, msBeforeNext: 1 }),
    }
    await expect(limiterOn(counter, 10).charge({ now: 5, charges: [narrow] })).rejects.toMatchObject({
      code: 'NL_LIMITER_FAILED',
    })
    look(null)
    await new Promise((resolve) => setImmediate(resolve))
    expect(charged).toEqual([])
  })

  it('gives back nothing of a key that has no charge, and no window begins below zero', async () => {
    const fresh = fakeCounter({ seen: {} })
    await limiterOn(fresh.counter).giveBack({ now: 5, charges: [wide, narrow] })
    expect([fresh.givenBack, fresh.charged]).toEqual([[], []])
    const ended = fakeCounter({ seen: { '2:narrow': 1, '1:wide': 1 }, found: { '1:wide': 1 } })
    await limiterOn(ended.counter).giveBack({ now: 5, charges: [wide, narrow] })
    expect([ended.givenBack, ended.charged]).toEqual([['1:wide', '2:narrow'], ['2:narrow']])
  })

  it.each([
    ['no number', { consumedPoints: Number.NaN, msBeforeNext: 1 }],
    ['nothing', undefined],
  ])('treats %s as a failure, never as a count', async (_, count) => {
    const counter = {
      get: async () => count,
      penalty: async () => count,
      reward: async () => count,
    } as unknown as Counter
    await expect(limiterOn(counter).charge({ now: 5, charges: [narrow] })).rejects.toMatchObject({
      code: 'NL_LIMITER_FAILED',
    })
  })
})

describe('the options of the limiters on shared counters', () => {
  const client = { eval: async () => [], multi: () => client }
  const pool = { query: async () => ({ rows: [] }) }

  it.each([
    ['client', {}],
    ['client', { client: { get() {} } }],
    ['prefix', { client, prefix: '' }],
    ['prefix', { client, prefix: 'two words' }],
    ['timeoutMs', { client, timeoutMs: 0 }],
    ['timeoutMs', { client, timeoutMs: '1000' }],
    ['host', { client, host: '127.0.0.1' }],
    ['redisLimiter', null],
  ])('redisLimiter names a wrong %s', (named, options) => {
    expect(() => redisLimiter(options as never)).toThrow(
      expect.objectContaining({ code: 'NL_CONFIG', message: expect.stringContaining(named) }),
    )
  })

  it.each([
    ['pool', {}],
    ['tableName', { pool, tableName: 'a"; drop table users; --' }],
    ['tableName', { pool, tableName: 'x'.repeat(64) }],
    ['createTable', { pool, createTable: 'no' }],
    ['timeoutMs', { pool, timeoutMs: Infinity }],
    ['schema', { pool, schema: 'public' }],
    ['postgresLimiter', undefined],
  ])('postgresLimiter names a wrong %s', (named, options) => {
    expect(() => postgresLimiter(options as never)).toThrow(
      expect.objectContaining({ code: 'NL_CONFIG', message: expect.stringContaining(named) }),
    )
  })

  it('postgresLimiter makes its table with the first charge, tries again after a failure, and makes none with createTable false', async () => {
    const texts: string[] = []
    let broken = true
    const counting = {
      async query({ text }: { text: string }) {
        texts.push(text.trim().split(' ').slice(0, 2).join(' '))
        if (broken) return Promise.reject(new Error('no such server'))
        return { rows: [{ points: 1, expire: Date.now() + 1000 }], rowCount: 1 }
      },
    }
    const limiter = postgresLimiter({ pool: counting })
    expect(texts).toEqual([])
    await expect(limiter.charge({ now: 5, charges: [narrow] })).rejects.toMatchObject({ code: 'NL_LIMITER_FAILED' })
    broken = false
    await limiter.charge({ now: 5, charges: [narrow] })
    await limiter.charge({ now: 5, charges: [narrow] })
    await postgresLimiter({ pool: counting, createTable: false }).charge({ now: 5, charges: [narrow] })
    const pair = ['SELECT points,', 'INSERT INTO']
    expect(texts).toEqual(['CREATE TABLE', 'CREATE TABLE', ...pair, ...pair, ...pair])
  })
})
