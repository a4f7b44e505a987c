import { describe, expect, it } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import { times } from '../world/times.ts'
import { createWorld } from '../world/world.ts'

const quarter = limits.clocksApartMs

describe('changes of one session at the same moment', () => {
  it.each([0, quarter, -quarter])(
    'are twenty of fifty, over two servers whose clocks are %i ms apart',
    async (apart) => {
      const world = createWorld()
      const person = await world.person()
      await person.signIn()
      const { grant, app } = person
      const other = world.instance({ clock: () => world.clock() + apart })
      const rename = (n: number) =>
        (n % 2 === 0 ? world.nl : other).totp.rename({ grant, authenticator: app.id, label: `Phone ${n}` })
      const answers: { readonly ok: boolean; readonly reason?: string }[] = []
      const made = (): number => answers.filter(({ ok }) => ok).length
      // Who lost every race is told to come again, so all of them come again.
      for (let round = 0; round < 6; round++) {
        answers.push(...(await Promise.all(times(50).map(rename))))
      }
      expect(made()).toBe(limits.changeSpan.most)
      const reasons = new Set(answers.filter(({ ok }) => !ok).map(({ reason }) => reason))
      expect([...reasons].filter((reason) => reason !== 'busy')).toEqual(['too-many-changes'])
      // In the next hour neither server allows one more.
      for (const _ of times(5)) {
        world.clock.advance(12 * 60_000 - 1)
        answers.push(await rename(0), await rename(1))
      }
      expect(made()).toBe(limits.changeSpan.most)
    },
  )
})
