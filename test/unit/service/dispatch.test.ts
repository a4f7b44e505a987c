import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../../src/core/limits.ts'
import { expectOk } from '../../world/expect-outcome.ts'
import { home } from '../../world/person.ts'
import type { PhoneWorld } from '../../world/phone.ts'
import { createPhoneWorld, newcomer, phoneNumber } from '../../world/phone.ts'
import { times } from '../../world/times.ts'

async function changePasswords(world: PhoneWorld, count: number): Promise<void> {
  for (const n of times(count)) {
    const { grant } = await newcomer(world, `user${n}`)
    expectOk(await world.nl.password.changed({ grant, client: home }))
  }
}

describe('mails of many commits while the mailer hangs', () => {
  let world: PhoneWorld
  beforeEach(() => {
    world = createPhoneWorld()
    world.mailer.behave('hang')
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('are sent a bounded number at once, and each once as soon as it answers', async () => {
    const count = limits.dispatchAtOnce + 16
    await changePasswords(world, count)
    await vi.waitFor(() => expect(world.mailer.calls).toBe(limits.dispatchAtOnce))
    world.mailer.behave('deliver')
    await world.nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(count)
    expect(new Set(world.mailer.mails.map(({ to }) => to)).size).toBe(count)
  })

  it('hold up no code by SMS', async () => {
    await changePasswords(world, limits.dispatchAtOnce + 1)
    const { grant } = await newcomer(world)
    expectOk(await world.nl.sms.enroll({ grant, number: phoneNumber, client: home }))
    await vi.waitFor(() => expect(world.sms.messages).toHaveLength(1))
    expect(world.mailer.mails).toEqual([])
    world.mailer.behave('deliver')
    await world.nl.outbox.idle()
  })

  it('that get no turn within their lease are left to the sweeper, which sends each once', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    // In one lease there is time for three calls that do not answer.
    const turns = 3 * limits.dispatchAtOnce
    await changePasswords(world, turns + 4)
    await vi.advanceTimersByTimeAsync(2 * limits.messageLeaseMs)
    await world.nl.outbox.idle()
    expect(world.mailer.calls).toBe(turns)
    world.clock.advance(limits.messageLeaseMs)
    world.mailer.behave('deliver')
    await vi.advanceTimersByTimeAsync(0)
    await world.instance().outbox.sweep({ limit: 500 })
    for (const n of times(4)) {
      expect(world.mailer.mails.filter(({ to }) => to === `user${turns + n}@people.example`)).toHaveLength(1)
    }
  })
})
