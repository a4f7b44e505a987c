import { scryptSync } from 'node:crypto'
import fc from 'fast-check'
import { createSlowHash, slowHash } from 'nightlatch/slow-hash'
import { describe, expect, it } from 'vitest'

const portable = createSlowHash({ native: null })

describe('slow hash', () => {
  it('is the same natively, portably and from the platform itself', async () => {
    const request = fc.record({
      password: fc.uint8Array({ maxLength: 200 }),
      salt: fc.uint8Array({ minLength: 4, maxLength: 64 }),
      params: fc.record({
        algorithm: fc.constant('scrypt' as const),
        N: fc.integer({ min: 1, max: 11 }).map((power) => 2 ** power),
        r: fc.integer({ min: 1, max: 16 }),
        p: fc.integer({ min: 1, max: 4 }),
        length: fc.integer({ min: 16, max: 64 }),
      }),
    })
    await fc.assert(
      fc.asyncProperty(request, async ({ password, salt, params }) => {
        const { N, r, p, length } = params
        const expected = new Uint8Array(scryptSync(password, salt, length, { N, r, p, maxmem: 2 ** 28 }))
        expect(await slowHash({ password, salt, params })).toEqual(expected)
        expect(await portable({ password, salt, params })).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })
})
