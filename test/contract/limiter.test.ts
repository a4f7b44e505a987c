import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { memoryLimiter } from 'nightlatch'
import { limiterContract } from 'nightlatch/testing'
import type { LimiterUnderTest } from 'nightlatch/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { requiresServer } from '../require.ts'
import { newName, openStore } from './limiter-stores.ts'
import type { StoreName } from './limiter-stores.ts'
import { stallingProxy } from './stalling-proxy.ts'

const racer = fileURLToPath(new URL('limiter-racer.ts', import.meta.url))

describe('memory limiter', () => {
  limiterContract({ describe, it }, async () => ({ limiter: memoryLimiter(), close: async () => {} }))
})

/** A process that charges one key so many times at once when it is told to, and answers how often it was admitted. */
async function startRacer(args: readonly string[]): Promise<() => Promise<number>> {
  const child = fork(racer, args, { execArgv: ['--import', 'tsx'], timeout: 100_000 })
  await once(child, 'message')
  return async () => {
    const exit = once(child, 'exit')
    const answer = once(child, 'message')
    child.send('go')
    const [admitted] = (await answer) as [number]
    expect(await exit).toEqual([0, null])
    return admitted
  }
}

const stores: readonly (readonly [StoreName, string | undefined])[] = [
  ['redis', await requiresServer('redis')],
  ['postgres', await requiresServer('postgres')],
]

describe.each(stores.flatMap(([store, url]) => (url === undefined ? [] : [[store, url] as const])))(
  'limiter on %s',
  (store, url) => {
    const open = openStore[store]
    const names: string[] = []
    const nextName = (): string => {
      const name = newName()
      names.push(name)
      return name
    }
    afterAll(async () => {
      for (const name of names) {
        const { clear, close } = await open({ url, name })
        await clear()
        await close()
      }
    })

    limiterContract({ describe, it }, async (): Promise<LimiterUnderTest> => {
      const address = { url, name: nextName() }
      const opened = [await open(address)]
      return {
        limiter: opened[0]!.limiter,
        async second() {
          const another = await open(address)
          opened.push(another)
          return another.limiter
        },
        async close() {
          for (const { close } of opened) await close()
        },
      }
    })

    it('admits exactly the limit to four processes at once', async () => {
      const [name, times, limit] = [nextName(), 100, 130]
      const start = (): Promise<() => Promise<number>> => startRacer([store, url, name, `${times}`, `${limit}`])
      const racers = await Promise.all([start(), start(), start(), start()])
      const admitted = await Promise.all(racers.map((go) => go()))
      expect(admitted.reduce((sum, count) => sum + count, 0)).toBe(limit)
    })

    it('counts one key separately for each length of its window', async () => {
      const { limiter, close } = await open({ url, name: nextName() })
      const charge = (windowMs: number): Promise<unknown> =>
        limiter.charge({ now: 0, charges: [{ key: 'k', limit: 1, windowMs }] })
      expect(await charge(60_000)).toEqual({ admitted: true })
      expect(await charge(3_600_000)).toEqual({ admitted: true })
      expect(await charge(60_000)).toMatchObject({ admitted: false })
      await close()
    })

    it('fails within its timeout while the server hangs, and works again when it answers', async () => {
      const proxy = await stallingProxy(url)
      const { limiter, close } = await open({ url: proxy.url, name: nextName(), timeoutMs: 1000 })
      const charge = (): Promise<unknown> =>
        limiter.charge({ now: 0, charges: [{ key: 'k', limit: 100, windowMs: 60_000 }] })
      // The first may be late on a busy machine: it makes the connection, and a table.
      await expect.poll(() => charge().catch(() => null), { timeout: 30_000 }).toEqual({ admitted: true })
      proxy.stall()
      await expect(charge()).rejects.toMatchObject({ code: 'NL_LIMITER_FAILED' })
      proxy.resume()
      await expect.poll(() => charge().catch(() => null), { timeout: 30_000 }).toEqual({ admitted: true })
      await close()
      await proxy.close()
    })

    it('fails without waiting when the connection is gone', async () => {
      const { limiter, close } = await open({ url, name: nextName() })
      await close()
      const charge = limiter.charge({ now: 0, charges: [{ key: 'k', limit: 1, windowMs: 60_000 }] })
      await expect(charge).rejects.toMatchObject({ code: 'NL_LIMITER_FAILED', cause: expect.any(Error) })
    })
  },
)
