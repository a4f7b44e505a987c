import { describe, expect, it } from 'vitest'
import { isDue } from '../../../../src/core/account/guessing/due.ts'
import { sourceOf } from '../../../../src/core/account/guessing/source.ts'
import { signedInSource } from '../../../../src/core/account/guessing/signed-in-source.ts'
import {
  chargeSource,
  clearSource,
  holdUntil,
  sourceWait,
  waitAfter,
  waitUntil,
} from '../../../../src/core/account/guessing/throttle.ts'
import type { Throttle } from '../../../../src/core/account/record/state.ts'
import { limits } from '../../../../src/core/limits.ts'
import {
  account,
  day,
  deviceSource,
  grantFor,
  knownDevice,
  networkSource,
  now,
  onDevice,
  session,
  sessionSource,
  stranger,
} from '../../../world/account.ts'

const seconds = 1000
const minutes = 60_000
const network = networkSource('192.0.2.7')

function failedBy(id: string, failures: number, failedAt: number): Throttle {
  return { ...account.throttle, sources: [{ id, failures, failedAt }] }
}

describe('the wait of a source', () => {
  it('begins with the fourth failure, doubles, and ends at 15 minutes', () => {
    const waits = [0, 1, 3, 4, 5, 6, 11, 12, 40, 1e6].map((failures) => waitAfter(failures) / seconds)
    expect(waits).toEqual([0, 0, 0, 5, 10, 20, 640, 900, 900, 900])
  })

  it('lasts from the last failure, and is over at its end and not before', () => {
    const throttle = failedBy(network.id, 4, now)
    expect(sourceWait(throttle, network, now)).toBe(now + 5 * seconds)
    expect(sourceWait(throttle, network, now + 5 * seconds - 1)).toBe(now + 5 * seconds)
    expect(sourceWait(throttle, network, now + 5 * seconds)).toBeNull()
  })

  it('holds for the source that failed and for no other', () => {
    const throttle = failedBy(network.id, 8, now)
    expect(sourceWait(throttle, network, now)).not.toBeNull()
    expect(sourceWait(throttle, networkSource('192.0.2.8'), now)).toBeNull()
  })

  it('begins now if a clock that is a little ahead stored the failure, and is void if it was far ahead', () => {
    const ahead = (ms: number): number | null => sourceWait(failedBy(network.id, 4, now + ms), network, now)
    expect(ahead(minutes)).toBe(now + 5 * seconds)
    expect(ahead(15 * minutes)).toBe(now + 5 * seconds)
    expect(ahead(15 * minutes + 1)).toBeNull()
  })
})

describe('the failures of sources', () => {
  it('are counted for each source, with the time of the last one', () => {
    const first = chargeSource(account.throttle, network, now - 1000)
    const second = chargeSource(first, deviceSource('d1'), now - 500)
    const third = chargeSource(second, network, now)
    expect(third.sources).toEqual([
      { id: 'device:d1', failures: 1, failedAt: now - 500 },
      { id: 'network:192.0.2.7', failures: 2, failedAt: now },
    ])
    expect(third.failures).toBe(3)
  })

  it('begin anew after a day without one, by whichever clock', () => {
    const again = (failedAt: number): unknown => chargeSource(failedBy(network.id, 7, failedAt), network, now).sources
    expect(again(now - day + 1)).toEqual([{ id: network.id, failures: 8, failedAt: now }])
    expect(again(now - day)).toEqual([{ id: network.id, failures: 1, failedAt: now }])
    expect(again(now + day)).toEqual([{ id: network.id, failures: 1, failedAt: now }])
  })

  it('are forgotten for the source that failed longest ago, if there is no place for one more', () => {
    // The one that failed longest ago stands in the middle of the list.
    const ago = Array.from({ length: limits.sources }, (_, n) => (n < 40 ? n + 1 : 200 - n))
    const oldest = ago.indexOf(Math.max(...ago))
    const sources = ago.map((minute, n) => ({ id: `network:${n}`, failures: 5, failedAt: now - minute * minutes }))
    const kept = chargeSource({ ...account.throttle, sources }, networkSource('new'), now).sources.map(({ id }) => id)
    expect(kept).toHaveLength(limits.sources)
    expect(kept).toContain('network:new')
    expect(sources.map(({ id }) => id).filter((id) => !kept.includes(id))).toEqual([`network:${oldest}`])
  })

  it('are cleared by a success of their source, and those of other sources stay', () => {
    const both = chargeSource(chargeSource(account.throttle, network, now), deviceSource('d1'), now)
    expect(clearSource(both, network).sources.map(({ id }) => id)).toEqual(['device:d1'])
  })
})

describe('the lock and the luck', () => {
  const locked = { ...account, throttle: { ...account.throttle, lockedAt: now - 5 * minutes } }
  const unlucky = {
    ...account,
    throttle: { ...account.throttle, luck: { unknown: now, sessions: null } },
    knownDevices: [knownDevice('d1')],
  }

  it('hold an unknown source up for 15 minutes from the lock on, and nobody else', () => {
    expect(holdUntil(locked, network, 1, now)).toBe(now + 10 * minutes)
    expect(holdUntil(locked, network, 1, now + 10 * minutes)).toBeNull()
    expect(holdUntil(locked, deviceSource('d1'), 1, now)).toBeNull()
    expect(holdUntil(locked, sessionSource('s1'), 1, now)).toBeNull()
  })

  it('hold a source up until its bucket has what the guess costs', () => {
    expect(holdUntil(unlucky, network, 2, now)).toBe(now + 2 * limits.luckMs)
    expect(holdUntil(unlucky, deviceSource('d1'), 2, now)).toBeNull()
    expect(holdUntil(unlucky, sessionSource('s1'), 2, now)).toBeNull()
  })

  it('hold it up until the later of both ends', () => {
    const both = (lockedAt: number): number | null =>
      holdUntil({ ...unlucky, throttle: { ...unlucky.throttle, lockedAt } }, network, 0.01, now)
    expect(both(now)).toBe(now + 15 * minutes)
    expect(both(now - 14 * minutes)).toBe(now + 172_800)
  })

  it('count together with the wait of the source, whichever ends last', () => {
    const waiting = {
      ...locked,
      throttle: { ...locked.throttle, sources: [{ id: network.id, failures: 4, failedAt: now }] },
    }
    expect(waitUntil(waiting, network, 1, now)).toBe(now + 10 * minutes)
    expect(waitUntil(waiting, network, 1, now + 10 * minutes)).toBeNull()
    const longer = {
      ...locked,
      throttle: { ...locked.throttle, sources: [{ id: network.id, failures: 99, failedAt: now }] },
    }
    expect(waitUntil(longer, network, 1, now)).toBe(now + 15 * minutes)
  })
})

describe('the source of an attempt', () => {
  const known = { ...account, knownDevices: [knownDevice('d1')], sessions: [session('s1', { deviceId: 'd1' })] }

  it('is the network, or the known device that shows a token of this account', () => {
    expect(sourceOf(known, stranger)).toEqual({ kind: 'network', id: 'network:192.0.2.7', device: null })
    expect(sourceOf(known, { ...stranger, network: null })).toMatchObject({ id: 'network:unknown' })
    expect(sourceOf(known, onDevice('d1'))).toEqual({ kind: 'device', id: 'device:d1', device: 'd1' })
    expect(sourceOf(known, onDevice('d2'))).toMatchObject({ kind: 'network' })
  })

  it('is the session of a signed-in call, which draws on the luck of its device while that is listed', () => {
    const own = signedInSource(known, stranger, grantFor('s1'))
    expect(own).toEqual({ kind: 'session', id: 'session:s1', device: 'd1' })
    const unlisted = signedInSource({ ...known, knownDevices: [knownDevice('d2')] }, stranger, grantFor('s1'))
    expect(unlisted).toEqual({ kind: 'session', id: 'session:s1', device: null })
    expect(signedInSource(known, stranger, grantFor('gone'))).toMatchObject({ id: 'session:gone', device: null })
    expect(signedInSource(known, stranger, { kind: 'system' })).toMatchObject({ kind: 'session', device: null })
  })

  it('is the known device, if a signed-in call shows its token', () => {
    expect(signedInSource(known, onDevice('d1'), grantFor('s1'))).toMatchObject({ kind: 'device', device: 'd1' })
  })
})

describe('a notice', () => {
  it('is due if none was sent, or the last one is as long ago as the interval, by whichever clock', () => {
    expect(isDue(null, 1000, now)).toBe(true)
    expect([now - 999, now - 1000, now + 999, now + 1000].map((last) => isDue(last, 1000, now))).toEqual([
      false,
      true,
      false,
      true,
    ])
  })
})
