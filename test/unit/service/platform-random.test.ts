import { describe, expect, it } from 'vitest'
import { platformRandom } from '../../../src/service/keys/platform-random.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('the random bytes of the platform', () => {
  it('[CRY-1] have the length that is asked for, and are given out once', () => {
    const seen = new Set<string>()
    for (let n = 0; n < 3000; n++) {
      const bytes = platformRandom(16 + (n % 17))
      expect(bytes).toHaveLength(16 + (n % 17))
      seen.add(hex(bytes.subarray(0, 16)))
    }
    expect(seen.size).toBe(3000)
  })

  it('[CRY-1] are no window of a shared buffer: nobody reads the next bytes out of the last ones', () => {
    const bytes = platformRandom(24)
    expect(bytes.buffer.byteLength).toBe(24)
    const before = hex(bytes)
    platformRandom(24).fill(0)
    expect(hex(bytes)).toBe(before)
  })

  it('[CRY-1] may be none, or more than are drawn ahead', () => {
    expect(platformRandom(0)).toHaveLength(0)
    expect(new Set(platformRandom(20_000)).size).toBe(256)
  })
})
