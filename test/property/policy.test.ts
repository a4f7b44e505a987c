import fc from 'fast-check'
import { graceStart, requirement } from 'nightlatch/policy'
import type { Policy } from 'nightlatch/policy'
import { describe, expect, it } from 'vitest'

const time = fc.integer({ min: 0, max: 4_000_000_000_000 })
const graceMs = fc.integer({ min: 0, max: 90 * 86_400_000 })
const visits = fc.array(fc.record({ now: time, hasFactor: fc.boolean() }), { minLength: 1, maxLength: 20 })

describe('the grace of a policy', () => {
  it('has one fixed end per account, for any sign-ins, factors and clocks', () => {
    fc.assert(
      fc.property(time, graceMs, visits, (since, grace, path) => {
        const policy: Policy = { factors: { required: { since, graceMs: grace } } }
        const first = Math.max(path[0]!.now, since)
        let graceStartedAt: number | null = null
        for (const { now, hasFactor } of path) {
          graceStartedAt = graceStart({ policy, account: { hasFactor, graceStartedAt }, now })
          expect(graceStartedAt).toBe(first)
          const answer = requirement({ policy, account: { hasFactor, graceStartedAt }, now })
          const open = now < first + grace ? { enrollBy: first + grace } : 'enroll-now'
          expect(answer).toEqual(hasFactor ? 'none' : open)
        }
      }),
    )
  })
})
