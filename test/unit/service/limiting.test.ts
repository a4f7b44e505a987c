import { memoryLimiter } from 'nightlatch'
import type { Limiter } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { createLimiting } from '../../../src/service/limits/limiter.ts'
import { limiterThat } from '../../world/unlimited.ts'

const noon = 1_767_268_800_000
const charges = [{ key: 'k', limit: 1, windowMs: 900_000 }]

interface Told {
  readonly kind: string
  readonly text: string
}

function limitingOf(parts: { readonly limiter?: Limiter; readonly local?: Limiter }): {
  readonly limiting: ReturnType<typeof createLimiting>
  readonly told: Told[]
  readonly facts: string[]
} {
  const told: Told[] = []
  const facts: string[] = []
  const limiting = createLimiting({
    limiter: undefined,
    ...parts,
    now: () => noon,
    tell: (kind, text) => void told.push({ kind, text }),
    facts: { later: (_id, drafts) => void facts.push(...drafts.map(({ type }) => type)) },
  })
  return { limiting, told, facts }
}

const down = limiterThat(() => Promise.reject(new Error('down')))

describe('the limiter with its fall-back', () => {
  it('[THR-8] admits nobody when no limiter works, records it as a fact and tells the host', async () => {
    const { limiting, told, facts } = limitingOf({ limiter: down, local: down })
    expect(await limiting.charge(charges, 'primary')).toEqual({ retryAt: noon + 60_000 })
    expect(facts).toEqual(['limiter_fail', 'limiter_fail'])
    expect(told.map(({ text }) => text)).toEqual([
      'the limiter does not work, and the one in the process takes over',
      'no limiter works, and nobody is admitted',
    ])
  })

  it('[THR-8] counts in the process while the one of the host hangs, and asks that one again at each call', async () => {
    let hangs = true
    let asked = 0
    const limiter = limiterThat(async () => {
      asked += 1
      if (hangs) await new Promise(() => undefined)
      return { admitted: true }
    })
    const { limiting, told } = limitingOf({ limiter })
    expect(await limiting.charge(charges, 'primary')).toBeNull()
    expect(await limiting.charge(charges, 'primary')).toEqual({ retryAt: noon + 900_000 })
    hangs = false
    expect(await limiting.charge(charges, 'primary')).toBeNull()
    expect([asked, told.length]).toEqual([3, 2])
  })

  it('gives charges back to the limiter that the calls ask, and never fails or waits for it', async () => {
    const asked: string[] = []
    const noted = (name: string): Limiter => ({
      ...memoryLimiter(),
      giveBack: async () => {
        asked.push(name)
        throw new Error('down')
      },
    })
    limitingOf({ limiter: noted('shared'), local: noted('local') }).limiting.giveBack(charges)
    limitingOf({ local: noted('local') }).limiting.giveBack(charges)
    limitingOf({ local: noted('none') }).limiting.giveBack([])
    await new Promise((resolve) => setImmediate(resolve))
    expect(asked).toEqual(['shared', 'local'])
  })
})
