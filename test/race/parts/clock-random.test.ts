import { describe, expect, it } from 'vitest'
import { isNightlatchError } from 'nightlatch'
import type { Nightlatch, Random } from 'nightlatch'
import { checkedClock } from '../../../src/service/loop/clock-check.ts'
import { checkedRandom } from '../../../src/service/loop/random-check.ts'
import { newYear } from '../../world/clock.ts'
import { home } from '../../world/person.ts'
import { peekState } from '../../world/peek.ts'
import { seededRandom } from '../../world/seeded-random.ts'
import type { World } from '../../world/world.ts'
import { createWorld } from '../../world/world.ts'

const failed = { code: 'NL_CONFIG' }

/** A sign-in by the code of an app, on a server with one wrong part: its status, or the code of an error. */
async function signIn(
  world: World,
  options: Parameters<World['instance']>[0],
): Promise<{ readonly seen: string; readonly sessions: readonly [before: number, after: number] }> {
  const ada = await world.person()
  const challenge = await ada.challenge()
  const sessions = async (): Promise<number> => (await peekState(world.storage, 'ada'))?.sessions.length ?? 0
  const before = await sessions()
  const nl: Nightlatch = world.instance(options)
  let seen: string
  try {
    seen = (await nl.signIn.verify({ challenge, code: ada.app.code(), client: home })).status
  } catch (error) {
    if (!isNightlatchError(error)) throw error
    seen = error.code
  }
  return { seen, sessions: [before, await sessions()] }
}

function fail(): never {
  throw new Error('a secret of the host')
}

const wrongClocks: readonly (readonly [string, () => unknown])[] = [
  ['throws', fail],
  ['answers NaN', () => NaN],
  ['answers Infinity', () => Infinity],
  ['answers a time before 1970', () => -1],
  ['answers the year 9999', () => Date.UTC(9999, 0)],
  ['answers the largest number', () => Number.MAX_VALUE],
  ['answers a text', () => '1767225600000'],
  ['answers a date', () => new Date(newYear)],
  ['answers a bigint', () => 1n],
  ['answers a promise', async () => newYear],
  ['answers nothing', () => undefined],
]

describe('a clock', () => {
  it.each(wrongClocks)('that %s throws NL_CONFIG from every call, and grants nothing', async (_, clock) => {
    const { seen, sessions } = await signIn(createWorld(), { clock: clock as () => number })
    expect(seen).toBe('NL_CONFIG')
    expect(sessions[1]).toBe(sessions[0])
    expect(() => checkedClock(clock as () => number)()).toThrow(/^clock (?:failed|must give)/)
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
    'that fails from its reading %i on leads to an answer or NL_CONFIG, never to another error',
    async (from) => {
      const world = createWorld()
      let readings = 0
      const { seen } = await signIn(world, { clock: () => (++readings >= from ? fail() : world.clock()) })
      expect(['granted', 'NL_CONFIG']).toContain(seen)
    },
  )

  it('that stands still or was set back serves on', async () => {
    const world = createWorld()
    const back = world.clock() - 60_000
    expect((await signIn(world, { clock: () => newYear })).seen).toBe('granted')
    expect((await world.instance({ clock: () => back }).signIn.failed({ name: 'x', client: home })).status).toBe(
      'refused',
    )
  })
})

const right = seededRandom('right')

function repeating(period: number): Random {
  let drawn = 0
  return (length) => new Uint8Array(length).fill(1 + (drawn++ % period))
}

const wrongRandoms: readonly (readonly [string, () => unknown])[] = [
  ['throws', () => fail],
  ['answers nothing', () => () => undefined],
  ['answers a text', () => (length: number) => 'x'.repeat(length)],
  ['answers an array', () => (length: number) => new Array<number>(length).fill(7)],
  ['answers too few bytes', () => (length: number) => right(Math.max(0, length - 1))],
  ['answers too many bytes', () => (length: number) => right(length + 1)],
  ['answers a promise', () => async (length: number) => right(length)],
  ['answers zeros', () => (length: number) => new Uint8Array(length)],
  ['repeats itself at once', () => repeating(1)],
  ['repeats itself after two draws', () => repeating(2)],
]

describe('a random generator', () => {
  it.each(wrongRandoms)('[CRY-1] that %s throws NL_CONFIG, and grants nothing', async (_, make) => {
    const { seen, sessions } = await signIn(createWorld(), { random: make() as Random })
    expect(seen).toBe('NL_CONFIG')
    expect(sessions[1]).toBe(sessions[0])
  })

  it('[CRY-1] that repeats itself after seven draws throws NL_CONFIG, also where the commit was made', async () => {
    expect((await signIn(createWorld(), { random: repeating(7) })).seen).toBe('NL_CONFIG')
  })

  it('[CRY-1] that fills one buffer again and again changes nothing that was drawn before', async () => {
    const shared = new Uint8Array(64)
    const inner = seededRandom('shared')
    const random: Random = (length) => {
      shared.set(inner(length))
      return shared.subarray(0, length)
    }
    const checked = checkedRandom(random)
    const first = checked(32)
    const kept = Uint8Array.from(first)
    checked(32)
    expect(first).toEqual(kept)
    expect((await signIn(createWorld(), { random })).seen).toBe('granted')
  })

  it('may repeat a single byte, which only pauses are made of', () => {
    const checked = checkedRandom((length) => new Uint8Array(length))
    expect([checked(1), checked(1), checked(0)]).toHaveLength(3)
    expect(() => checked(8)).toThrow(expect.objectContaining(failed) as Error)
  })

  it('[CRY-1] that begins anew with its server is found by the ids that the record names', async () => {
    const world = createWorld()
    const ada = await world.person()
    const restarted = async (): Promise<string> => {
      const client = home
      const challenge = await ada.challenge()
      world.clock.advance(30_000)
      const nl = world.instance({ random: seededRandom('the same after each start') })
      return nl.signIn.verify({ challenge, code: ada.app.code(), client }).then(
        ({ status }) => status,
        (error: { readonly code: string }) => error.code,
      )
    }
    expect(await restarted()).toBe('granted')
    expect(await restarted()).toBe('NL_CONFIG')
  })
})
