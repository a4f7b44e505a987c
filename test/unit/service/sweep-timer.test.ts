import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSweepTimer } from '../../../src/service/messages/sweep-timer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the timer of the sweeper', () => {
  const counting = () => {
    let sweeps = 0
    return {
      timer: createSweepTimer(() => void sweeps++),
      sweepsAfter: (ms: number) => (vi.advanceTimersByTime(ms), sweeps),
    }
  }

  it('sweeps at its interval until it is stopped, and can be started again', () => {
    const { timer, sweepsAfter } = counting()
    timer.start(1000)
    expect([sweepsAfter(999), sweepsAfter(1), sweepsAfter(2000)]).toEqual([0, 1, 3])
    timer.stop()
    timer.stop()
    expect(sweepsAfter(5000)).toBe(3)
    timer.start(1000)
    expect(sweepsAfter(1000)).toBe(4)
  })

  it('runs once, however often it is started', () => {
    const { timer, sweepsAfter } = counting()
    timer.start(1000)
    timer.start(1000)
    expect(sweepsAfter(1000)).toBe(1)
  })

  it('takes an interval from a second to a day', () => {
    const { timer } = counting()
    for (const ms of [999, 86_400_001, 1000.5, '1000', undefined]) {
      expect(() => timer.start(ms as number)).toThrow(expect.objectContaining({ code: 'NL_ARGUMENT' }))
    }
    expect(vi.getTimerCount()).toBe(0)
    timer.start(86_400_000)
    expect(vi.getTimerCount()).toBe(1)
  })
})
