import { afterEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../../src/core/limits.ts'
import { createAccountQueue } from '../../../src/service/loop/account-queue.ts'
import type { Place } from '../../../src/service/loop/account-queue.ts'
import { times } from '../../world/times.ts'

/** A call that ends when the test says so. */
function held(): { readonly call: () => Promise<string>; readonly end: () => void } {
  let end = (): void => undefined
  const ended = new Promise<string>((resolve) => {
    end = () => {
      resolve('done')
    }
  })
  return { call: () => ended, end }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('the line of an account', () => {
  it('promise 10: keeps the places of each kind, however full those of another are', async () => {
    const queue = createAccountQueue({ own: 2, strong: 1, other: 3 })
    const first = held()
    const running = queue.run('ada', 'other', first.call)
    const ran = (place: Place): Promise<unknown> | null => queue.run('ada', place, async () => place)
    const others = times(4).map(() => ran('other'))
    const owners = times(3).map(() => ran('own'))
    const strong = times(2).map(() => ran('strong'))
    const taken = [others, owners, strong].map((calls) => calls.filter((call) => call !== null).length)
    expect(taken).toEqual([2, 2, 1])
    expect(queue.run('eve', 'other', async () => 'free')).not.toBeNull()
    first.end()
    expect(await running).toBe('done')
    await Promise.all([...others, ...owners, ...strong])
    expect(ran('other')).not.toBeNull()
  })

  it('lets the kinds take turns, each in its own order, and never two calls at once', async () => {
    const queue = createAccountQueue()
    const order: string[] = []
    let running = 0
    const line = (['other', 'other', 'other', 'own', 'own', 'strong'] as const).map((place, index) =>
      queue.run('ada', place, async () => {
        running += 1
        expect(running).toBe(1)
        await Promise.resolve()
        running -= 1
        order.push(`${place} ${index}`)
      }),
    )
    await Promise.all(line)
    expect(order).toEqual(['other 0', 'own 3', 'strong 5', 'other 1', 'own 4', 'other 2'])
  })

  it('goes on after a call that hangs, and once only when that ends after all', async () => {
    vi.useFakeTimers()
    const queue = createAccountQueue()
    const hanging = held()
    const second = held()
    const first = queue.run('ada', 'other', hanging.call)
    const order: string[] = []
    const ran = [second.call, async () => 'third'].map((call) =>
      queue.run('ada', 'own', async () => {
        order.push('begun')
        return call()
      }),
    )
    await vi.advanceTimersByTimeAsync(limits.turnMs - 1)
    expect(order).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(order).toEqual(['begun'])
    hanging.end()
    expect(await first).toBe('done')
    await vi.advanceTimersByTimeAsync(0)
    expect(order).toEqual(['begun'])
    second.end()
    expect(await Promise.all(ran)).toEqual(['done', 'third'])
    await vi.advanceTimersByTimeAsync(0)
    expect(queue.isBusy('ada')).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('goes on after a call that fails, and tells each call if it had to wait', async () => {
    const queue = createAccountQueue()
    const failing = queue.run('ada', 'own', async (waited) => Promise.reject(new Error(`waited: ${waited}`)))
    const after = queue.run('ada', 'own', async (waited) => waited)
    await expect(failing).rejects.toThrow('waited: false')
    expect(await after).toBe(true)
    await Promise.resolve()
    expect(queue.isBusy('ada')).toBe(false)
    expect(await queue.run('ada', 'own', async (waited) => waited)).toBe(false)
  })

  it('has the places that the limits say', () => {
    const queue = createAccountQueue()
    for (const [place, most] of Object.entries(limits.queuePlaces) as [Place, number][]) {
      const calls = times(most + 5).map(() => queue.run(place, place, () => new Promise(() => undefined)))
      expect(calls.filter((call) => call !== null)).toHaveLength(most)
    }
  })
})
