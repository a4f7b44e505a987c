import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyAccount } from '../../src/core/account/record/empty.ts'
import { placeAt, takePlace, withPlaces } from '../../src/core/account/record/message-places.ts'
import type { Pool } from '../../src/core/account/record/queued-lately.ts'
import { notice } from '../../src/core/account/record/messages.ts'
import { noticePlaces } from '../../src/core/account/record/notice-places.ts'
import type { AccountState } from '../../src/core/account/record/state.ts'
import type { UseCase } from '../../src/core/account/record/step.ts'
import { commit } from '../../src/core/account/record/step.ts'
import { limits } from '../../src/core/limits.ts'
import type { MailTemplate, NoticeType } from '../../src/core/mail/index.ts'
import { newYear } from '../world/clock.ts'

const hour = 3_600_000
const threeDays = limits.noticeMs
const types = Object.keys(noticePlaces).filter((type) => type !== 'much-happened') as NoticeType[]

/** A commit that queues these notices. */
const told: UseCase<readonly NoticeType[], null> = (state, wanted, { now }) => {
  const messages = wanted.map((template) => notice({ template, at: now } as MailTemplate, now))
  return commit(state, null, { messages })
}
const bounded = withPlaces(told)

interface Queued {
  readonly at: number
  readonly what: NoticeType | Pool
}

/** What is queued of what is wanted. `at` is the true time, and each server is ahead or behind by a part of 15 min. */
function queue(
  state: AccountState,
  wanted: readonly (NoticeType | 'own' | 'others')[],
  { at, ahead }: { readonly at: number; readonly ahead: number },
): { readonly state: AccountState; readonly queued: readonly Queued[] } {
  const now = at + ahead
  const codes = wanted.filter((one) => one === 'own' || one === 'others')
  const sent: Queued[] = []
  let after = state
  for (const pool of codes) {
    if (placeAt(after, pool, now) !== null) continue
    after = takePlace(after, pool, now)
    sent.push({ at, what: pool })
  }
  const notices = wanted.filter((one) => one !== 'own' && one !== 'others')
  const context = { now } as Parameters<typeof bounded>[2]
  const step = bounded(after, notices, context, [])
  if (!('commit' in step)) throw new Error('no commit')
  const mails = step.commit.messages.flatMap((one) => (one.channel === 'mail' ? [one.template.template] : []))
  return { state: step.commit.state, queued: [...sent, ...mails.map((what) => ({ at, what }))] }
}

/** The most that lie within three days. `all` is in the order of time. */
function mostInThreeDays(all: readonly Queued[]): number {
  let [first, most] = [0, 0]
  for (const [last, { at }] of all.entries()) {
    while (all[first]!.at <= at - threeDays) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}

const schedule = fc.array(
  fc.record({
    passes: fc.oneof(fc.nat(10 * 60_000), fc.nat(5 * hour), fc.nat(40 * hour)),
    ahead: fc.integer({ min: -limits.clocksApartMs / 2, max: limits.clocksApartMs / 2 }),
    wanted: fc.array(fc.constantFrom<NoticeType | 'own' | 'others'>(...types, 'own', 'others'), { maxLength: 40 }),
  }),
  { minLength: 1, maxLength: 60 },
)

describe('the messages of an account', () => {
  it('have places for a hundred in all: pools, the first of each notice, and the summaries of three days', () => {
    const pools = Object.values(limits.messages).reduce((sum, most) => sum + most, 0)
    const shortestGapMs = (limits.summaryPieces - 1) * limits.messageSpan.pieceMs - limits.clocksApartMs
    const summaries = Math.ceil(threeDays / shortestGapMs)
    expect(pools + types.length + summaries).toBeLessThanOrEqual(100)
    const places = Object.values(noticePlaces).map(({ place }) => place)
    expect(new Set(places).size).toBe(places.length)
  })

  it('[NOT-7] are never more than a hundred in three days, in any order and by clocks a quarter of an hour apart', () => {
    fc.assert(
      fc.property(schedule, (acts) => {
        let state = emptyAccount(newYear, 'birth')
        let at = newYear
        const all: Queued[] = []
        for (const { passes, ahead, wanted } of acts) {
          at += passes
          const done = queue(state, wanted, { at, ahead })
          state = done.state
          all.push(...done.queued)
        }
        expect(mostInThreeDays(all)).toBeLessThanOrEqual(100)
      }),
    )
  })

  it('[NOT-7] keep a place for the first of every kind and for codes, however full all others are', () => {
    fc.assert(
      fc.property(schedule, fc.constantFrom(...types, 'own' as const, 'others' as const), (acts, kept) => {
        let state = emptyAccount(newYear, 'birth')
        let at = newYear
        for (const { passes, ahead, wanted } of acts) {
          at += passes
          state = queue(
            state,
            wanted.filter((one) => one !== kept),
            { at, ahead },
          ).state
        }
        expect(queue(state, [kept], { at, ahead: 0 }).queued.map(({ what }) => what)).toEqual([kept])
      }),
    )
  })

  it('merge into one mail a day while notices have no place, and no day of a flood passes without one', () => {
    let state = emptyAccount(newYear, 'birth')
    const summaries: number[] = []
    for (let hours = 0; hours < 24 * 9; hours++) {
      const at = newYear + hours * hour
      const done = queue(state, ['factor-added', 'factor-added', 'factor-failed'], { at, ahead: 0 })
      state = done.state
      if (done.queued.some(({ what }) => what === 'much-happened')) summaries.push(hours)
    }
    const gaps = summaries.slice(1).map((at, index) => at - summaries[index]!)
    expect(summaries.length).toBeGreaterThan(4)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(24)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(84)
  })

  it('are counted anew after a server whose clock is days ahead, and do not wait until that time comes', () => {
    const far = queue(
      emptyAccount(newYear, 'birth'),
      Array.from({ length: 60 }, () => 'factor-added' as const),
      {
        at: newYear + 30 * 24 * hour,
        ahead: 0,
      },
    )
    expect(queue(far.state, ['factor-added'], { at: newYear, ahead: 0 }).queued).toHaveLength(1)
  })
})
