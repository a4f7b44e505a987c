import type { HumanRequest } from 'nightlatch'
import { beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import type { Person } from '../world/person.ts'
import { elsewhere } from '../world/person.ts'
import { times } from '../world/times.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'

describe('promise 10: a check that a person acts', () => {
  let asked: HumanRequest[]
  let world: World
  let ada: Person

  beforeEach(async () => {
    asked = []
    world = createWorld({
      options: {
        human: async (request) => {
          asked.push(request)
          if (request.answer === 'broken') throw new Error('the provider is down')
          return request.answer === 'person' || (request.answer as boolean)
        },
      },
    })
    ada = await world.person()
    await ada.signIn()
  })

  const start = (n: number, answer?: unknown, device?: string): ReturnType<World['nl']['signIn']['start']> => {
    const client = { ...elsewhere(n), ...(device === undefined ? {} : { device }) }
    return world.nl.signIn.start({ name: ada.name, accountId: 'ada', primary: 'password', answer, client })
  }
  const fail = async (n: number, answer?: unknown, name = ada.name): Promise<string> =>
    (await world.nl.signIn.failed({ name, accountId: 'ada', answer, client: elsewhere(n) })).reason
  const flood = async (): Promise<void> => {
    for (const n of times(limits.nameFailures)) await fail(n)
  }

  it('[THR-5] is asked after a hundred failures of a name, for each request, and clears nothing', async () => {
    await flood()
    expect(asked).toEqual([])
    expect(await start(1000)).toEqual({ status: 'refused', reason: 'human', httpStatus: 403 })
    expect(await fail(1001)).toBe('human')
    expect(await start(1002, 'person')).toMatchObject({ status: 'challenge' })
    expect(await fail(1003, 'person')).toBe('wrong-credentials')
    expect(await fail(1004)).toBe('human')
    expect(asked[0]).toEqual({ name: ada.name, client: elsewhere(1000), answer: undefined })
    expect(asked).toHaveLength(5)
    // The name gets a hundred back over a day.
    world.clock.advance(limits.nameFailuresMs)
    expect(await fail(1005)).toBe('wrong-credentials')
  })

  it.each([
    ['an error', 'broken'],
    ['a number', 1],
    ['a text', 'yes'],
    ['nothing', undefined],
  ])('lets nobody through with %s', async (_, answer) => {
    await flood()
    expect(await start(1000, answer)).toMatchObject({ reason: 'human' })
    expect(world.reports.map(({ kind }) => kind)).toEqual(['human'])
  })

  it('is not asked on a known device, and counts each name alone', async () => {
    await flood()
    expect(await start(1000, undefined, ada.deviceToken)).toMatchObject({ status: 'challenge' })
    expect(await fail(1001, undefined, 'eve')).toBe('wrong-credentials')
    expect(asked).toEqual([])
  })

  it('[THR-12] is asked alike for a name that nobody has', async () => {
    const nobody = async (n: number): Promise<unknown> =>
      world.nl.signIn.failed({ name: 'nobody', client: elsewhere(n) })
    for (const n of times(limits.nameFailures)) await nobody(n)
    expect(await nobody(1000)).toEqual({ status: 'refused', reason: 'human', httpStatus: 403 })
    await flood()
    expect(await start(1001)).toEqual(await nobody(1001))
  })

  it('counts no sign-in that was completed', async () => {
    for (const n of times(limits.nameFailures - 1)) await fail(n)
    const challenge = await ada.challenge(elsewhere(500))
    expect(await world.nl.signIn.verify({ challenge, code: ada.backupCodes[0], client: elsewhere(500) })).toMatchObject(
      {
        status: 'granted',
      },
    )
    expect(await fail(1000)).toBe('wrong-credentials')
    expect(await fail(1001)).toBe('human')
  })
})
