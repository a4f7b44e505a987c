import { describe, expect, it } from 'vitest'
import { loadOnce } from '../../../src/languages/load-once.ts'

describe('loadOnce', () => {
  it('loads once, also for callers that come while it loads', async () => {
    let loads = 0
    const load = loadOnce(async () => ({ n: ++loads }))
    const [one, two] = await Promise.all([load(), load()])
    expect(one).toBe(two)
    expect(await load()).toEqual({ n: 1 })
  })

  it('tries again after a failure, which every caller of that time hears of', async () => {
    let loads = 0
    const load = loadOnce(async () => {
      loads += 1
      if (loads === 1) throw new Error('not yet')
      return loads
    })
    const both = await Promise.allSettled([load(), load()])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await load()).toBe(2)
  })
})
