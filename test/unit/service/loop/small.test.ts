import { afterEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../../../src/core/limits.ts'
import { createAfterwards } from '../../../../src/service/loop/afterwards.ts'
import { createAttempts } from '../../../../src/service/loop/attempts.ts'
import { checkedClock } from '../../../../src/service/loop/clock-check.ts'
import { createOnRecord } from '../../../../src/service/loop/broken-records.ts'
import { inTime } from '../../../../src/service/loop/in-time.ts'
import { createCountAttempt } from '../../../../src/service/loop/sampling.ts'
import { sessionOf, sharedValues } from '../../../../src/service/loop/shared-values.ts'
import { referenceTo } from '../../../../src/core/account/record/ids.ts'
import { NightlatchError } from '../../../../src/core/errors.ts'
import { now, stranger } from '../../../world/account.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('the clock of the host', () => {
  it('is read in whole milliseconds', () => {
    expect([0, 5, 5.9].map((at) => checkedClock(() => at)())).toEqual([0, 5, 5])
  })

  it('throws NL_CONFIG, if it gives anything else', () => {
    for (const at of [-1, -0.5, Number.NaN, Infinity, '5', null, undefined, 5n, new Date(0)]) {
      expect(checkedClock(() => at as number)).toThrow(expect.objectContaining({ code: 'NL_CONFIG' }))
    }
  })
})

describe('the attempts of a call', () => {
  const open = (id: string, expected: string | null, threw: boolean) =>
    ({ id, expected, threw, outcome: `outcome of ${id}`, written: null }) as const
  const unknown = { code: 'NL_STORAGE_UNKNOWN' }

  it('have landed, if the record names one of them', () => {
    const attempts = createAttempts<string, null>()
    attempts.add(open('a', '1.x', true), null)
    attempts.add(open('b', '1.x', false), null)
    expect(attempts.landed({ version: '2.x', attempts: ['z'] })).toBeNull()
    attempts.add(open('c', '2.x', true), null)
    expect(attempts.landed({ version: '3.x', attempts: ['z', 'c'] })).toMatchObject({ outcome: 'outcome of c' })
  })

  it('are settled, if they were answered as lost, or the record went on without them', () => {
    const answered = createAttempts<string, null>()
    answered.add(open('a', '1.x', false), null)
    expect(() => answered.requireSettled()).not.toThrow()
    const passed = createAttempts<string, null>()
    passed.add(open('a', '1.x', true), null)
    expect(passed.landed({ version: '2.x', attempts: ['z'] })).toBeNull()
    expect(() => passed.requireSettled()).not.toThrow()
  })

  it('are not settled, while the record is as it was, or has gone on so far that their ids may have left it', () => {
    const seen = (version: string | null, expected: string | null): (() => void) => {
      const attempts = createAttempts<string, null>()
      attempts.add(open('a', expected, true), null)
      attempts.landed(version === null ? null : { version, attempts: [] })
      return () => attempts.requireSettled()
    }
    expect(seen('5.x', '5.x')).toThrow(expect.objectContaining(unknown))
    expect(seen(null, null)).toThrow(expect.objectContaining(unknown))
    expect(seen(`${5 + limits.attemptIds}.x`, '5.x')).not.toThrow()
    expect(seen(`${6 + limits.attemptIds}.x`, '5.x')).toThrow(expect.objectContaining(unknown))
    expect(seen('1.x', null)).not.toThrow()
  })

  it('say what the storage threw, or what made it unknown', () => {
    const attempts = createAttempts<string, null>()
    attempts.add(open('a', '1.x', true), 'first')
    attempts.add(open('b', '1.x', false), 'none')
    const thrownBy = (run: () => void): unknown => {
      try {
        run()
      } catch (error) {
        return (error as Error).cause
      }
      return 'nothing'
    }
    expect(thrownBy(() => attempts.requireSettled())).toBe('first')
    expect(thrownBy(() => attempts.requireSettled('load'))).toBe('load')
  })
})

describe('the rows of attempts that repeat', () => {
  it('are written for the first ones, and then for the second, fourth, eighth …, with how many they stand for', () => {
    const count = createCountAttempt()
    const rows = (free: number, key: string): unknown[] => Array.from({ length: 16 }, () => count(key, now, free))
    expect(rows(1, 'a')).toEqual([1, 1, null, 2, null, null, null, 4, null, null, null, null, null, null, null, 8])
    expect(rows(3, 'b').slice(0, 8)).toEqual([1, 1, 1, null, null, 3, null, null])
  })

  it('begin anew after 15 minutes without an attempt, by whichever clock', () => {
    const after = (ms: number): unknown => {
      const count = createCountAttempt()
      for (let n = 0; n < 2; n++) count('a', now, 1)
      return count('a', now + ms, 1)
    }
    const quarter = 15 * 60_000
    expect([quarter - 1, quarter, 1 - quarter, -quarter].map(after)).toEqual([null, 1, null, 1])
  })

  it('are counted from the last attempt, not from the first', () => {
    const count = createCountAttempt()
    const minutes = (n: number): number => now + n * 60_000
    expect([0, 10, 20, 30].map((n) => count('a', minutes(n), 1))).toEqual([1, 1, null, 2])
  })
})

describe('what every row of a call carries', () => {
  const origin = { actor: { kind: 'user' }, client: stranger, call: 'c', session: 's1' } as const

  it('names actor, call, session, address, network and browser, as far as they are known', () => {
    expect(sharedValues(origin)).toStrictEqual({
      actor: 'user',
      call: 'c',
      session: referenceTo('s1'),
      ip: '192.0.2.7',
      network: '192.0.2.7',
      userAgent: 'Firefox',
    })
    const client = { ...stranger, ip: null, network: null, userAgent: null }
    expect(sharedValues({ ...origin, client, session: null })).toStrictEqual({ actor: 'user', call: 'c' })
    const system = { ...origin, client, session: null, actor: { kind: 'system', reason: 'job' } } as const
    expect(sharedValues(system)).toStrictEqual({ actor: 'system', call: 'c', actorReason: 'job' })
  })

  it('takes the session of a grant that the result carries', () => {
    expect(sessionOf({ grant: { session: 's2' } })).toBe('s2')
    for (const result of [null, undefined, {}, { grant: null }, { grant: {} }, { grant: { session: 5 } }, 'text']) {
      expect(sessionOf(result)).toBeNull()
    }
  })
})

describe('a broken record', () => {
  const written: unknown[] = []
  const facts = {
    record: async (...fact: unknown[]) => void written.push(fact),
    later: () => undefined,
  }

  it('[LOG-3] is told as a fact, and its error goes on', async () => {
    const onRecord = createOnRecord(facts as never, () => now)
    for (const code of [
      'NL_RECORD_TAMPERED',
      'NL_RECORD_MISSING',
      'NL_REALM',
      'NL_SEAL_BROKEN',
      'NL_KEY_UNKNOWN',
    ] as const) {
      const error = new NightlatchError(code, 'broken')
      await expect(onRecord('account:ada', () => Promise.reject(error))).rejects.toBe(error)
      expect(written.pop()).toEqual([
        'account:ada',
        [{ type: 'crypt_decrypt_fail', values: { code } }],
        { actor: 'system', call: 'check' },
        now,
      ])
    }
  })

  it('is no error of a storage that fails, and no other error', async () => {
    const onRecord = createOnRecord(facts as never, () => now)
    for (const error of [new NightlatchError('NL_STORAGE_FAILED', 'down'), new Error('other')]) {
      await expect(onRecord('account:ada', () => Promise.reject(error))).rejects.toBe(error)
    }
    expect(await onRecord('account:ada', async () => 5)).toBe(5)
    expect(written).toEqual([])
  })

  it('keeps its own error, if the fact cannot be stored', async () => {
    const failing = { ...facts, record: () => Promise.reject(new Error('down')) }
    const error = new NightlatchError('NL_REALM', 'broken')
    await expect(createOnRecord(failing as never, () => now)('a', () => Promise.reject(error))).rejects.toBe(error)
  })
})

describe('work in its time', () => {
  it('answers with the work, or with what is said when the time is over', async () => {
    vi.useFakeTimers()
    expect(
      await inTime(
        100,
        () => 'done',
        () => 'late',
      ),
    ).toBe('done')
    const late = inTime(
      100,
      () => new Promise<string>(() => undefined),
      () => 'late',
    )
    let answer: string | null = null
    void late.then((said) => (answer = said))
    await vi.advanceTimersByTimeAsync(99)
    expect(answer).toBeNull()
    await vi.advanceTimersByTimeAsync(1)
    expect(answer).toBe('late')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('fails with the work, also if that throws at once', async () => {
    vi.useFakeTimers()
    const boom = (): string => {
      throw new RangeError('boom')
    }
    await expect(inTime(100, boom, () => 'late')).rejects.toThrow('boom')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('work that no answer waits for', () => {
  it('begins a moment later, all of it together, and its failures are nobody’s', async () => {
    vi.useFakeTimers()
    const afterwards = createAfterwards()
    const begun: number[] = []
    for (const n of [1, 2]) {
      afterwards.add(async () => {
        begun.push(n)
        throw new Error('nobody hears of it')
      })
      await vi.advanceTimersByTimeAsync(limits.afterwardsMs / 2 - 1)
    }
    expect(begun).toEqual([])
    await vi.advanceTimersByTimeAsync(2)
    expect(begun).toEqual([1, 2])
    await afterwards.done()
  })

  it('is waited for until all of it is done, also what it adds itself', async () => {
    const afterwards = createAfterwards()
    const done: string[] = []
    afterwards.add(async () => {
      await Promise.resolve()
      done.push('first')
      afterwards.add(async () => void done.push('second'))
    })
    await afterwards.done()
    expect(done).toEqual(['first', 'second'])
  })

  it('is begun for a reader, who waits a second at most', async () => {
    vi.useFakeTimers()
    const afterwards = createAfterwards()
    let begun = false
    afterwards.add(() => {
      begun = true
      return new Promise(() => undefined)
    })
    let isCaughtUp = false
    void afterwards.caughtUp().then(() => (isCaughtUp = true))
    expect(begun).toBe(true)
    await vi.advanceTimersByTimeAsync(limits.caughtUpMs - 1)
    expect(isCaughtUp).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(isCaughtUp).toBe(true)
  })
})
