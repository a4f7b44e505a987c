import type { Limiter, LimiterAnswer, LimiterCharge } from '../ports/limiter.ts'
import { check, refuses, same } from './assert.ts'
import type { ContractRunner } from './storage-contract.ts'

/** What the adapter's author gives the suite: a limiter without any charges, and a second one on the same counts. */
export interface LimiterUnderTest {
  readonly limiter: Limiter
  /** Another instance on the same counts, as another server has it. Leave it out if there can be none. */
  second?(): Promise<Limiter>
  /** Closes every instance and removes the counts. */
  close(): Promise<void>
}

interface LimiterCase {
  readonly name: string
  run(limiters: readonly [Limiter, Limiter]): Promise<void>
}

/** So long that no window ends in a case that does not wait for it. */
const hour = 3_600_000
/** Twice the shortest window that every store can count. Stores have their own clocks, so that cases really wait. */
const shortWindow = 2000

function charge(limiter: Limiter, ...charges: readonly LimiterCharge[]): Promise<LimiterAnswer> {
  return limiter.charge({ now: Date.now(), charges })
}

/** How many calls out of `times`, one after the other, are admitted. */
async function countAdmitted(limiter: Limiter, times: number, ...charges: readonly LimiterCharge[]): Promise<number> {
  let admitted = 0
  for (let i = 0; i < times; i++) if ((await charge(limiter, ...charges)).admitted) admitted++
  return admitted
}

/** How many calls out of `times`, all at once and alternating between the two instances, are admitted. */
async function race(
  limiters: readonly [Limiter, Limiter],
  times: number,
  ...charges: readonly LimiterCharge[]
): Promise<number> {
  const calls = Array.from({ length: times }, (_, i) => charge(limiters[i % 2 === 0 ? 0 : 1], ...charges))
  return (await Promise.all(calls)).filter(({ admitted }) => admitted).length
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

const limiting: readonly LimiterCase[] = [
  {
    name: 'admits as many charges as the limit, then none',
    async run([limiter]) {
      same(await countAdmitted(limiter, 9, { key: 'k', limit: 5, windowMs: hour }), 5, 'admitted of nine')
    },
  },
  {
    name: 'admits exactly the limit of charges that race',
    async run(limiters) {
      const key = { key: 'k', limit: 7, windowMs: hour }
      same(await race(limiters, 60, key), 7, 'admitted of sixty at once')
      same(await race(limiters, 20, key), 0, 'admitted of twenty more')
    },
  },
  {
    name: 'shares every count between instances',
    async run([first, second]) {
      const key = { key: 'k', limit: 4, windowMs: hour }
      same(await countAdmitted(first, 3, key), 3, 'admitted by the first instance')
      same(await countAdmitted(second, 3, key), 1, 'admitted by the second')
      same(await countAdmitted(first, 3, key), 0, 'admitted by the first again')
    },
  },
  {
    name: 'counts each key alone, to the letter',
    async run([limiter]) {
      const keys = ['a', 'A', 'a:', ':a', '%', '"\'', '{a}', 'x'.repeat(128), `${'x'.repeat(127)}y`]
      for (const key of keys) same(await countAdmitted(limiter, 2, { key, limit: 1, windowMs: hour }), 1, `of ${key}`)
    },
  },
  {
    name: 'takes the smallest and the largest charge there is',
    async run([limiter]) {
      same(await countAdmitted(limiter, 1, { key: 'small', limit: 1, windowMs: 1 }), 1, 'of the smallest')
      const largest = { key: 'large', limit: 1_000_000_000, windowMs: 86_400_000 }
      same(await countAdmitted(limiter, 3, largest), 3, 'of the largest')
      same(await charge(limiter), { admitted: true }, 'a call that charges nothing')
    },
  },
]

const together: readonly LimiterCase[] = [
  {
    name: 'refuses by any one of the keys, and then charges none of them',
    async run([limiter]) {
      const narrow = { key: 'narrow', limit: 2, windowMs: hour }
      const wide = { key: 'wide', limit: 6, windowMs: hour }
      same(await countAdmitted(limiter, 5, narrow, wide), 2, 'admitted by both')
      same(await countAdmitted(limiter, 5, wide, narrow), 0, 'admitted by both, in the other order')
      same(await countAdmitted(limiter, 9, wide), 4, 'left of the wide one')
    },
  },
  {
    name: 'never exceeds the limit of any key when calls with several race',
    async run(limiters) {
      const narrow = { key: 'narrow', limit: 3, windowMs: hour }
      const wide = { key: 'wide', limit: 10, windowMs: hour }
      const admitted = await race(limiters, 40, wide, narrow)
      check(admitted <= 3, `forty calls at once got ${admitted} through a limit of 3`)
      // A call that lost the race may have charged one key, and need not give that charge back.
      const left = await race(limiters, 40, wide)
      check(left <= 10 - admitted, `${admitted} and ${left} calls got through a limit of 10`)
    },
  },
]

const hourly: LimiterCharge = { key: 'k', limit: 5, windowMs: hour }

/** So many charges are given back at once, alternating between the two instances. */
async function giveBack(limiters: readonly [Limiter, Limiter], times: number, ...charges: readonly LimiterCharge[]) {
  const now = Date.now()
  await Promise.all(Array.from({ length: times }, (_, i) => limiters[i % 2 === 0 ? 0 : 1].giveBack({ now, charges })))
}

const returning: readonly LimiterCase[] = [
  {
    name: 'admits one more for each charge that is given back',
    async run(limiters) {
      const [limiter] = limiters
      same(await countAdmitted(limiter, 9, hourly), 5, 'admitted at first')
      await giveBack(limiters, 1, hourly)
      same(await countAdmitted(limiter, 3, hourly), 1, 'admitted after one was given back')
      await giveBack(limiters, 4, hourly)
      same(await race(limiters, 9, hourly), 4, 'admitted after four were given back at once')
    },
  },
  {
    name: 'never admits more than the limit, however much is given back',
    async run(limiters) {
      const [limiter] = limiters
      await giveBack(limiters, 3, hourly)
      same(await countAdmitted(limiter, 9, hourly), 5, 'admitted after charges that never were')
      await giveBack(limiters, 12, hourly)
      same(await countAdmitted(limiter, 9, hourly), 5, 'admitted after more than there were')
      same(await limiter.giveBack({ now: Date.now(), charges: [] }), undefined, 'a call that gives nothing back')
    },
  },
  {
    name: 'gives back to the named keys alone, to each one charge',
    async run(limiters) {
      const [limiter] = limiters
      const other = { ...hourly, key: 'other' }
      same(await countAdmitted(limiter, 5, hourly, other), 5, 'admitted by both')
      await giveBack(limiters, 1, hourly)
      same(await countAdmitted(limiter, 1, other), 0, 'admitted by the other key')
      same(await countAdmitted(limiter, 1, hourly), 1, 'admitted by the key')
      await giveBack(limiters, 1, hourly, other)
      same(await countAdmitted(limiter, 2, hourly, other), 1, 'admitted by both again')
    },
  },
  {
    name: 'neither ends nor lengthens a window by giving back',
    async run(limiters) {
      const key = { key: 'k', limit: 5, windowMs: shortWindow }
      same(await race(limiters, 9, key), 5, 'admitted in the first window')
      await giveBack(limiters, 2, key)
      await pass(shortWindow + 50)
      await giveBack(limiters, 5, key)
      same(await race(limiters, 9, key), 5, 'admitted in the second')
    },
  },
]

const waiting: readonly LimiterCase[] = [
  {
    name: 'answers when to try again, admits then, and refused calls do not delay it',
    async run([limiter]) {
      const key = { key: 'k', limit: 2, windowMs: shortWindow }
      same(await countAdmitted(limiter, 2, key), 2, 'admitted at first')
      let last = 0
      for (let i = 0; i < 5; i++) {
        const now = Date.now()
        const answer = await limiter.charge({ now, charges: [key] })
        if (answer.admitted) throw new Error('contract: a third call was admitted')
        check(Number.isSafeInteger(answer.retryAt), `retryAt is ${answer.retryAt}, not whole ms`)
        check(answer.retryAt > now, 'retryAt is not later than now')
        check(answer.retryAt <= now + shortWindow, `retryAt is ${answer.retryAt - now} ms from now: beyond the window`)
        last = answer.retryAt
      }
      await pass(last - Date.now() + 50)
      same(await countAdmitted(limiter, 1, key), 1, 'admitted at retryAt')
    },
  },
  {
    name: 'waits for the last of several keys',
    async run([limiter]) {
      const soon = { key: 'soon', limit: 1, windowMs: shortWindow }
      const late = { key: 'late', limit: 1, windowMs: hour }
      same(await countAdmitted(limiter, 1, soon, late), 1, 'admitted at first')
      const now = Date.now()
      const answer = await limiter.charge({ now, charges: [late, soon] })
      check(!answer.admitted && answer.retryAt > now + shortWindow, 'retryAt is not that of the later key')
    },
  },
  {
    name: 'admits the whole limit again after the window',
    async run(limiters) {
      const key = { key: 'k', limit: 5, windowMs: shortWindow }
      same(await race(limiters, 9, key), 5, 'admitted in the first window')
      await pass(shortWindow + 50)
      same(await race(limiters, 9, key), 5, 'admitted in the second')
    },
  },
]

const good: LimiterCharge = { key: 'k', limit: 1, windowMs: hour }
const wrongRequests: readonly unknown[] = [
  ...[undefined, null, 'request', 5, [], {}],
  ...[undefined, null, '5', -1, 0.5, Number.NaN, Infinity].map((now) => ({ now, charges: [good] })),
  ...[undefined, null, 'charges', good].map((charges) => ({ now: 0, charges })),
  ...[
    ...[undefined, null, 'charge', []],
    ...[undefined, null, 5, '', ' ', 'a b', 'é', '\0', 'a\n', 'x'.repeat(129)].map((key) => ({ ...good, key })),
    ...[undefined, null, '5', 0, -1, 1.5, Number.NaN, 1_000_000_001].map((limit) => ({ ...good, limit })),
    ...[undefined, null, '5', 0, -1, 1.5, Infinity, 86_400_001].map((windowMs) => ({ ...good, windowMs })),
    // Each stands beside a good charge, which is not charged either.
  ].map((wrong) => ({ now: 0, charges: [good, wrong] })),
]

const arguing: readonly LimiterCase[] = [
  {
    name: 'refuses wrong arguments as NL_ARGUMENT and charges nothing for them',
    async run([limiter]) {
      for (const [index, request] of wrongRequests.entries()) {
        await refuses(async () => limiter.charge(request as never), ['NL_ARGUMENT'], `wrong request ${index}`)
        await refuses(async () => limiter.giveBack(request as never), ['NL_ARGUMENT'], `wrong return ${index}`)
      }
      same(await countAdmitted(limiter, 1, good), 1, 'admitted afterwards')
    },
  },
]

const groups: Readonly<Record<string, readonly LimiterCase[]>> = {
  limits: limiting,
  'several keys': together,
  'giving back': returning,
  windows: waiting,
  arguments: arguing,
}

/**
 * Declares the contract of the limiter port as test cases. Every case gets a limiter without any charges from `make`
 * and closes it afterwards. Without `second`, a limiter races against itself. Some cases wait for a window of 2 s.
 *
 * @contract effect(limiter) · times ms since epoch · a failing case throws · throws none
 * @example
 * limiterContract({ describe, it }, async () => ({ limiter: memoryLimiter(), close: async () => {} }))
 */
export function limiterContract(runner: ContractRunner, make: () => Promise<LimiterUnderTest>): void {
  for (const [group, cases] of Object.entries(groups)) {
    runner.describe(`limiter contract: ${group}`, () => {
      for (const { name, run } of cases) {
        runner.it(name, async () => {
          const under = await make()
          try {
            await run([under.limiter, (await under.second?.()) ?? under.limiter])
          } finally {
            await under.close()
          }
        })
      }
    })
  }
}
