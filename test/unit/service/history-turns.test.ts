import { expect, it } from 'vitest'
import { asSystem } from 'nightlatch'
import type { Nightlatch, Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { limits } from '../../../src/core/limits.ts'
import { expectOk } from '../../world/expect-outcome.ts'
import { times } from '../../world/times.ts'
import { createWorld } from '../../world/world.ts'

const script = asSystem('ada', 'a test')

const readers: readonly (readonly [string, (nl: Nightlatch) => Promise<unknown>])[] = [
  ['history.verify', (nl) => nl.history.verify({ grant: script })],
  ['history.csv', (nl) => nl.history.csv({ grant: script })],
  ['history.logins', (nl) => nl.history.logins({ grant: script })],
]

it.each(readers)('%s of a long history gives other work its turn after each page', async (_, read) => {
  const memory = memoryStorage()
  const seen: ('page' | 'turn')[] = []
  const storage: Storage = {
    ...memory,
    listEvents: async (query) => {
      seen.push('page')
      expect(query.limit).toBeLessThanOrEqual(limits.historyPage)
      return memory.listEvents(query)
    },
  }
  const world = createWorld({ storage })
  const ada = await world.person()
  for (const n of times(4 * limits.historyPage)) {
    expectOk(await world.nl.totp.rename({ grant: script, authenticator: ada.app.id, label: `Phone ${n}` }))
  }
  seen.length = 0
  // Requests of others: they come up whenever this process lets them.
  let isOver = false
  const others = (): void => {
    seen.push('turn')
    if (!isOver) setImmediate(others)
  }
  setImmediate(others)
  const answer = await read(world.nl)
  isOver = true
  expect(answer).toMatchObject({ ok: true })
  expect(seen.filter((one) => one === 'page').length).toBeGreaterThanOrEqual(4)
  // The first look of a check reads two pages: one is for rows without a number.
  const runs = seen
    .join(' ')
    .split('turn')
    .map((run) => run.trim().split(' ').length)
  expect(Math.max(...runs)).toBeLessThanOrEqual(2)
})
