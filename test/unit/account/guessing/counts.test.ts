import { describe, expect, it } from 'vitest'
import { emptiedAtOf, withEmptiedAt } from '../../../../src/core/account/guessing/buckets.ts'
import { costOf, guessCost } from '../../../../src/core/account/guessing/cost.ts'
import { isStopped, raiseCounts, raiseStops, takeBack } from '../../../../src/core/account/guessing/hard-count.ts'
import { drawLuck, luckReadyAt, returnLuck } from '../../../../src/core/account/guessing/luck.ts'
import { giveBack, refill } from '../../../../src/core/account/guessing/refill.ts'
import { unlock } from '../../../../src/core/account/guessing/unlock.ts'
import type { AccountState } from '../../../../src/core/account/record/state.ts'
import { withFactor } from '../../../../src/core/account/record/state.ts'
import { limits } from '../../../../src/core/limits.ts'
import {
  account,
  authenticator,
  context,
  day,
  deviceSource,
  knownDevice,
  networkSource,
  now,
  sessionSource,
  settings,
  withBackupCodes,
  withTotp,
} from '../../../world/account.ts'

const network = networkSource('192.0.2.7')
const device = deviceSource('d1')

describe('the hard count of a factor', () => {
  const counted = (failures: number, strangers: number, raised = 0): AccountState =>
    withFactor(account, 'totp', { failures, strangers, raised })

  it('[THR-1] stops a factor for everybody at 100 failures', () => {
    expect(isStopped({ failures: 99, strangers: 0, raised: 0 }, device)).toBe(false)
    expect(isStopped({ failures: 100, strangers: 0, raised: 0 }, device)).toBe(true)
    expect(isStopped({ failures: 100, strangers: 0, raised: 0 }, network)).toBe(true)
  })

  it('stops it for unknown sources alone at 50 of their failures, and later if the stop was raised', () => {
    expect(isStopped({ failures: 60, strangers: 49, raised: 0 }, network)).toBe(false)
    expect(isStopped({ failures: 60, strangers: 50, raised: 0 }, network)).toBe(true)
    expect(isStopped({ failures: 60, strangers: 50, raised: 0 }, device)).toBe(false)
    expect(isStopped({ failures: 60, strangers: 59, raised: 10 }, network)).toBe(false)
    expect(isStopped({ failures: 60, strangers: 60, raised: 10 }, network)).toBe(true)
  })

  it('grows for each factor that was compared, and as a failure of strangers only for an unknown source', () => {
    const unknown = raiseCounts(account, ['totp', 'sms'], network).state
    expect(unknown.totp).toMatchObject({ failures: 1, strangers: 1 })
    expect(unknown.sms).toMatchObject({ failures: 1, strangers: 1 })
    expect(unknown['backup-code']).toMatchObject({ failures: 0, strangers: 0 })
    expect(raiseCounts(account, ['totp'], device).state.totp).toMatchObject({ failures: 1, strangers: 0 })
  })

  it('tells once which factors this failure switched off for everybody, and which for strangers', () => {
    const told = (failures: number, strangers: number, source = network): unknown => {
      const { off, stopped } = raiseCounts(counted(failures, strangers), ['totp'], source)
      return { off, stopped }
    }
    expect(told(98, 0)).toEqual({ off: [], stopped: [] })
    expect(told(99, 0)).toEqual({ off: ['totp'], stopped: [] })
    expect(told(99, 49)).toEqual({ off: ['totp'], stopped: [] })
    expect(told(60, 49)).toEqual({ off: [], stopped: ['totp'] })
    expect(told(60, 49, device)).toEqual({ off: [], stopped: [] })
    expect(told(100, 50)).toEqual({ off: [], stopped: [] })
  })

  it('does not tell of a factor that was not compared', () => {
    const off = withFactor(counted(99, 0), 'sms', { failures: 100, strangers: 50 })
    expect(raiseCounts(off, ['totp'], network)).toMatchObject({ off: ['totp'], stopped: [] })
  })

  it('does not grow once its factor is stopped for the source', () => {
    expect(raiseCounts(counted(100, 3), ['totp'], device).state.totp.failures).toBe(100)
    expect(raiseCounts(counted(60, 50), ['totp'], network).state.totp).toMatchObject({ failures: 60, strangers: 50 })
    expect(raiseCounts(counted(60, 50), ['totp'], device).state.totp).toMatchObject({ failures: 61, strangers: 50 })
  })

  it('gives back what a challenge charged, and not more than there is', () => {
    expect(takeBack(counted(10, 7), 'totp', [4, 3]).totp).toMatchObject({ failures: 6, strangers: 4 })
    expect(takeBack(counted(2, 1), 'totp', [4, 3]).totp).toMatchObject({ failures: 0, strangers: 0 })
  })

  it('gives nothing back once the factor is off for everybody', () => {
    expect(takeBack(counted(100, 7), 'totp', [4, 3]).totp).toMatchObject({ failures: 100, strangers: 7 })
    expect(takeBack(counted(99, 7), 'totp', [4, 3]).totp).toMatchObject({ failures: 95, strangers: 4 })
  })

  it('has its stop for strangers raised by 10 at a time, up to 30 in all, for every factor whose codes are typed', () => {
    const once = raiseStops(account)
    expect([once.totp.raised, once.sms.raised, once['backup-code'].raised]).toEqual([10, 10, 10])
    const often = [1, 2, 3, 4, 5].reduce(raiseStops, account)
    expect(often.totp.raised).toBe(30)
  })
})

describe('the cost of a guess', () => {
  const both = withBackupCodes(withTotp(account, 'a', 'b'), { profile: 'numeric-6', unused: 10 })

  it('is the number of texts that would be right now, per million texts of so many digits', () => {
    expect(costOf(withTotp(account, 'a'), ['totp'], 6, settings)).toBe(3)
    expect(costOf(both, ['totp'], 6, settings)).toBe(6)
    expect(costOf(both, ['totp', 'backup-code'], 6, settings)).toBe(16)
    expect(costOf(both, ['totp', 'backup-code'], 8, settings)).toBe(0)
  })

  it('is less for codes of more digits', () => {
    const eight = { ...account, totp: { ...account.totp, authenticators: [authenticator('a', { digits: 8 })] } }
    expect(costOf(eight, ['totp'], 8, settings)).toBeCloseTo(0.03)
    expect(guessCost(eight, settings)).toBeCloseTo(0.03)
  })

  it('is at most that of the dearest length, over all factors', () => {
    const mixed = {
      ...both,
      totp: { ...both.totp, authenticators: [authenticator('a'), authenticator('b', { digits: 8 })] },
    }
    expect(guessCost(mixed, settings)).toBe(13)
    expect(guessCost(account, settings)).toBe(0)
  })
})

describe('a bucket of luck', () => {
  const full = limits.luckHolds
  const hours = 3_600_000

  it('lets a guess pass while it holds its cost, and tells when it will', () => {
    expect(luckReadyAt(null, full, now)).toBeNull()
    expect(luckReadyAt(now, 2, now)).toBe(now + 9.6 * hours)
    expect(luckReadyAt(now - 9.6 * hours, 2, now)).toBeNull()
    expect(luckReadyAt(now - 4.8 * hours, 2, now)).toBe(now + 4.8 * hours)
  })

  it('holds no more than 300 millionths, however long it fills', () => {
    const emptied = drawLuck(now - 1000 * day, full, now)
    expect(luckReadyAt(emptied, 1, now)).toBe(now + 4.8 * hours)
    expect(returnLuck(drawLuck(null, 10, now), 20, now)).toBeNull()
  })

  it('never stores a time in the future, whatever is drawn', () => {
    expect(drawLuck(now, 5, now)).toBe(now)
    expect(drawLuck(now + hours / 10, 5, now)).toBe(now)
  })

  it('counts as full if a clock far ahead emptied it, and as empty if the clock was a little ahead', () => {
    expect(luckReadyAt(now + limits.clocksApartMs + 1, full, now)).toBeNull()
    expect(luckReadyAt(now + limits.clocksApartMs, 1, now)).toBe(now + 4.8 * hours)
  })

  it('takes back what is given, and is full when nothing is missing', () => {
    expect(returnLuck(now, 3, now)).toBe(now - 14.4 * hours)
    expect(returnLuck(now, full - 1, now)).toBe(now - (full - 1) * limits.luckMs)
    expect(returnLuck(now, full, now)).toBeNull()
  })
})

describe('whose luck an attempt draws on', () => {
  const state: AccountState = {
    ...account,
    throttle: { ...account.throttle, luck: { unknown: 1, sessions: 2 } },
    knownDevices: [knownDevice('d1', { emptiedAt: 3 }), knownDevice('d2')],
  }
  const sources = [network, sessionSource('s1'), sessionSource('s1', 'd1'), device, deviceSource('d2')]

  it('is the bucket of all unknown sources, that of all sessions without a device, or that of its device', () => {
    expect(sources.map((source) => emptiedAtOf(state, source))).toEqual([1, 2, 3, 3, null])
    expect(emptiedAtOf(state, deviceSource('gone'))).toBeNull()
  })

  it('changes in that bucket alone', () => {
    const values = (changed: AccountState): unknown[] => [
      changed.throttle.luck.unknown,
      changed.throttle.luck.sessions,
      ...changed.knownDevices.map(({ emptiedAt }) => emptiedAt),
    ]
    expect(sources.map((source) => values(withEmptiedAt(state, source, 9)))).toEqual([
      [9, 2, 3, null],
      [1, 9, 3, null],
      [1, 2, 9, null],
      [1, 2, 9, null],
      [1, 2, 3, 9],
    ])
    expect(withEmptiedAt(state, device, 9).knownDevices[0]).toEqual(knownDevice('d1', { emptiedAt: 9 }))
  })
})

describe('what lets codes be tried again', () => {
  const tried: AccountState = {
    ...withTotp(account, 'a'),
    throttle: {
      ...account.throttle,
      failures: 30,
      row: 25,
      rowBehindPassword: 24,
      lockedAt: now,
      luck: { unknown: now, sessions: now },
      passwordKnownAt: now - day,
    },
    knownDevices: [knownDevice('d1', { emptiedAt: now, userAgent: 'Opera' })],
  }

  it('fills every bucket and ends the row and its lock, once the owner is proven', () => {
    const filled = refill(tried)
    expect(filled.throttle).toMatchObject({
      row: 0,
      rowBehindPassword: 0,
      lockedAt: null,
      luck: { unknown: null, sessions: null },
      failures: 30,
      passwordKnownAt: now - day,
    })
    expect(filled.knownDevices).toEqual([knownDevice('d1', { userAgent: 'Opera' })])
    expect(filled.totp.raised).toBe(10)
  })

  it('is written by a script with an event', () => {
    expect(unlock(tried, {}, context, [])).toMatchObject({
      commit: { outcome: { ok: true }, state: refill(tried), events: [{ type: 'lockout_end', values: {} }] },
    })
  })

  it('gives unknown sources 20 guesses back after a reset of the password, and raises their stops', () => {
    const back = giveBack(tried, settings, now)
    expect(back.throttle.luck).toEqual({ unknown: now - 60 * limits.luckMs, sessions: now })
    expect(back.totp.raised).toBe(10)
    expect(back.throttle.returnedAt).toEqual([now])
    expect(back.throttle).toMatchObject({ row: 25, lockedAt: now })
  })

  it('gives less back where a guess costs less, and no more than 60 millionths where it costs more', () => {
    const eight = { ...tried, totp: { ...tried.totp, authenticators: [authenticator('a', { digits: 8 })] } }
    expect(giveBack(eight, settings, now).throttle.luck.unknown).toBe(now - Math.round(0.6 * limits.luckMs))
    const wide = { ...settings, totp: { ...settings.totp, window: 5 } }
    expect(giveBack(tried, wide, now).throttle.luck.unknown).toBe(now - 60 * limits.luckMs)
  })

  it('gives back three times in 30 days and no more, by whichever clock', () => {
    const month = 30 * day
    const returned = (...ago: readonly number[]): AccountState => ({
      ...tried,
      throttle: { ...tried.throttle, returnedAt: ago.map((ms) => now - ms) },
    })
    const full = returned(1, 2, month - 1)
    expect(giveBack(full, settings, now)).toBe(full)
    const ahead = returned(1, 2, 1 - month)
    expect(giveBack(ahead, settings, now)).toBe(ahead)
    const passed = giveBack(returned(1, 2, month), settings, now)
    expect(passed.throttle.returnedAt).toEqual([now - 1, now - 2, now])
  })
})
