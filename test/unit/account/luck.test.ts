import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawLuck, luckReadyAt, returnLuck } from '../../../src/core/account/guessing/luck.ts'
import { luckLeft } from '../../world/luck-left.ts'
import { limits } from '../../../src/core/limits.ts'
import { newYear } from '../../world/clock.ts'
import { elsewhere, home } from '../../world/person.ts'
import { newestOf, stateOf } from '../../world/reading.ts'
import { unlimited } from '../../world/unlimited.ts'
import { createWorld } from '../../world/world.ts'
import { typeWrongCode } from '../../world/wrong-codes.ts'

const day = 86_400_000

describe('a bucket of luck', () => {
  it('[THR-2] holds 300 millionths and regains 150 in 30 days', () => {
    const readyAt = (cost: number, days: number): number | null => luckReadyAt(newYear, cost, newYear + days * day)
    for (const [days, regained] of [
      [15, 75],
      [30, 150],
      [60, 300],
      [90, 300],
    ] as const) {
      expect(readyAt(regained, days)).toBeNull()
      expect(readyAt(regained + 1, days)).not.toBeNull()
    }
    expect(readyAt(1, 0)).not.toBeNull()
    expect(luckReadyAt(null, 300, newYear)).toBeNull()
    expect(luckReadyAt(null, 301, newYear)).not.toBeNull()
  })

  it('[THR-2] stores min(now, max(emptiedAt, now − 60 d) + cost × 17,280 s)', () => {
    const stored = fc.option(fc.integer({ min: newYear - 90 * day, max: newYear }), { nil: null })
    fc.assert(
      fc.property(stored, fc.integer({ min: 1, max: 300 }), (emptiedAt, cost) => {
        const began = Math.max(emptiedAt ?? 0, newYear - 60 * day)
        expect(drawLuck(emptiedAt, cost, newYear)).toBe(Math.min(newYear, began + cost * 17_280_000))
      }),
    )
  })

  it('[THR-2] gives the time at which a cost can be paid, to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 * day }), fc.integer({ min: 1, max: 131 }), (age, cost) => {
        const emptiedAt = newYear - age
        const readyAt = luckReadyAt(emptiedAt, cost, newYear)
        expect(readyAt === null).toBe(luckLeft(emptiedAt, newYear) >= cost)
        if (readyAt === null) return
        expect(luckReadyAt(emptiedAt, cost, readyAt)).toBeNull()
        expect(luckReadyAt(emptiedAt, cost, readyAt - 1)).toBe(readyAt)
      }),
    )
  })

  it('gets back what is returned, and never holds more than 300', () => {
    const drawn = drawLuck(null, 90, newYear)
    expect(luckLeft(returnLuck(drawn, 60, newYear), newYear)).toBe(270)
    expect(returnLuck(drawn, 90, newYear)).toBeNull()
    expect(returnLuck(null, 5, newYear)).toBeNull()
  })

  it('is not empty for long because of a server whose clock is months ahead', () => {
    expect(luckReadyAt(newYear + 90 * day, 300, newYear)).toBeNull()
    expect(luckReadyAt(newYear + limits.clocksApartMs, 1, newYear)).not.toBeNull()
  })
})

describe('a known device', () => {
  it('[THR-2] (promise 10) draws on a bucket of its own, and is known no longer when that is empty', async () => {
    const world = createWorld({ options: unlimited })
    const { nl, clock, storage, mailer } = world
    const ada = await world.person()
    await ada.signIn()
    const known = { ...home, device: ada.deviceToken }
    const other = { ...elsewhere(1), device: '' }
    await ada.signIn(other)
    let evaluated = 0
    for (let n = 0; n < 100; n++) {
      clock.advance(limits.lockMs)
      const answer = await typeWrongCode(nl, ada, known)
      if (answer.status === 'challenge' && answer.reason === 'wrong') evaluated++
      // The owner comes by on another device, which clears the hard count.
      if (n % 20 === 19) await ada.signIn(other)
    }
    // A hundred cost 300, and the day regained five.
    expect(evaluated).toBe(100)
    expect((await stateOf(storage, 'ada')).throttle.luck.unknown).toBeNull()
    clock.advance(limits.lockMs)
    const before = (await stateOf(storage, 'ada')).knownDevices.length
    await typeWrongCode(nl, ada, known)
    expect((await stateOf(storage, 'ada')).knownDevices).toHaveLength(before - 1)
    // From now on it is an unknown source like any other.
    await typeWrongCode(nl, ada, known)
    expect((await stateOf(storage, 'ada')).throttle.row).toBe(1)
    expect(await newestOf(nl, 'ada', 'device_forget')).toMatchObject({ values: { reason: 'luck' } })
    await nl.outbox.idle()
    expect(mailer.mails.map(({ subject }) => subject)).toContainEqual(expect.stringContaining('no longer known'))
  })
})
