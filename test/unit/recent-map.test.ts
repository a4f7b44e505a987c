import { describe, expect, it } from 'vitest'
import { createRecentMap } from '../../src/core/recent-map.ts'

describe('a recent map of three entries', () => {
  it('forgets the entry that was set least recently', () => {
    const map = createRecentMap<number>(3)
    for (const [key, value] of Object.entries({ a: 1, b: 2, c: 3 })) map.set(key, value)
    map.set('a', 4)
    map.set('d', 5)
    expect(['a', 'b', 'c', 'd'].map((key) => map.get(key))).toEqual([4, undefined, 3, 5])
  })

  it('has room again for an entry that was deleted', () => {
    const map = createRecentMap<number>(3)
    for (const key of ['a', 'b', 'c']) map.set(key, 1)
    map.delete('b')
    map.set('d', 2)
    expect(['a', 'b', 'c', 'd'].map((key) => map.get(key))).toEqual([1, undefined, 1, 2])
  })
})
