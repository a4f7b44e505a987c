import fc from 'fast-check'
import { memoryLimiter } from 'nightlatch'
import { describe, expect, it } from 'vitest'

const noon = 1_767_268_800_000

describe('the limiter in memory', () => {
  it('admits exactly its limit at one time, for any limit and window', async () => {
    const cases = fc.record({
      limit: fc.integer({ min: 1, max: 500 }),
      windowMs: fc.integer({ min: 1, max: 86_400_000 }),
    })
    await fc.assert(
      fc.asyncProperty(cases, async (charge) => {
        const limiter = memoryLimiter()
        const charges = [{ key: 'k', ...charge }]
        for (let i = 0; i < charge.limit; i++) {
          expect(await limiter.charge({ now: noon, charges })).toEqual({ admitted: true })
        }
        const refused = await limiter.charge({ now: noon, charges })
        if (refused.admitted) expect.fail('admitted one more than the limit')
        expect(refused.retryAt).toBe(noon + Math.ceil(charge.windowMs / charge.limit))
        expect(await limiter.charge({ now: refused.retryAt - 1, charges })).toMatchObject({ admitted: false })
        expect(await limiter.charge({ now: refused.retryAt, charges })).toEqual({ admitted: true })
      }),
      { numRuns: 100 },
    )
  })

  it('frees a full key one window after the clock was set back', async () => {
    const limiter = memoryLimiter()
    const charges = [{ key: 'k', limit: 1, windowMs: 60_000 }]
    expect(await limiter.charge({ now: noon, charges })).toEqual({ admitted: true })
    const back = noon - 86_400_000
    expect(await limiter.charge({ now: back, charges })).toEqual({ admitted: false, retryAt: back + 60_000 })
    expect(await limiter.charge({ now: back + 60_000, charges })).toEqual({ admitted: true })
  })
})
