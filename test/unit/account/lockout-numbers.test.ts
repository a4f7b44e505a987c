import type { Limiter } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/core/limits.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { bindPasskey, everyMethod, passkeyAnswer } from '../../world/several-factors.ts'
import { createWorld } from '../../world/world.ts'
import { tableBelow } from './lockout-page.ts'

describe('the numbers of docs/lockout.md', () => {
  it('are those of the budget', () => {
    const [, ...budget] = tableBelow('The budget')
    const { freeFailures, lockAfter, challengeTries, luckHolds, strangersStop, hardStop } = limits
    expect(budget.map((cells) => parseInt(cells[2] ?? '', 10))).toEqual([
      freeFailures,
      lockAfter,
      challengeTries,
      luckHolds,
      strangersStop,
      hardStop,
    ])
    const minutes = (ms: number): string => `${ms / 60_000} minutes`
    expect(budget[0]?.[3]).toContain(`of ${limits.firstWaitMs / 1000} s`)
    expect(budget[0]?.[3]).toContain(`up to ${minutes(limits.longestWaitMs)}`)
    expect(budget[1]?.[3]).toContain(`for ${minutes(limits.lockMs)}`)
  })

  it('are those that a limiter is asked for', async () => {
    const seen = new Map<string, string>()
    const limiter: Limiter = {
      async charge({ charges }) {
        for (const { key, limit, windowMs } of charges) {
          const minutes = windowMs / 60_000
          seen.set(key, `${limit} in ${minutes} minute${minutes === 1 ? '' : 's'}`)
        }
        return { admitted: true }
      },
      giveBack: async () => undefined,
    }
    const world = createWorld({ options: { limiter, passkeys: everyMethod().passkeys } })
    const ada = await world.person()
    await ada.signIn()
    const token = createAuthenticator()
    await bindPasskey(world.nl, { grant: ada.grant, proof: await ada.proof() }, token)
    await world.nl.signIn.verifyPasskey(await passkeyAnswer(world.nl, token))
    const [, ...stated] = tableBelow('The limiter')
    expect(stated.map((cells) => cells[2])).toEqual(expect.arrayContaining([...seen.values()]))
  })
})
