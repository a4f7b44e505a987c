import { createNightlatch } from 'nightlatch'
import type { NightlatchOptions } from 'nightlatch'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { expectStatus } from '../../world/expect-outcome.ts'
import { validOptions } from '../../world/valid-options.ts'

const start = { name: 'ada', accountId: 'ada', primary: 'password', client: { ip: '192.0.2.7' } } as const

describe('before the first call, whose code is loaded with it', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('the options count as they were at creation', async () => {
    const given = validOptions()
    const { storage } = given
    const nl = createNightlatch(given)
    Object.assign(given, { storage: null, keys: null, describe: null, outbox: { sweep: 'never' } })
    expectStatus(await nl.signIn.start(start), 'granted')
    expect(await storage.load('account:ada')).not.toBeNull()
    nl.outbox.stop()
  })

  it('inherited options count too', async () => {
    const { storage } = validOptions()
    const nl = createNightlatch(Object.create({ ...validOptions(), storage }) as NightlatchOptions)
    expectStatus(await nl.signIn.start(start), 'granted')
    expect(await storage.load('account:ada')).not.toBeNull()
    nl.outbox.stop()
  })

  it('the outbox is empty, and nothing is waited for', async () => {
    const { outbox } = createNightlatch(validOptions())
    await outbox.idle()
    expect(await outbox.sweep()).toEqual({ sent: 0, dead: 0, retried: 0 })
  })

  it('the sweeper runs once it is started, and no more after it is stopped', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const given = validOptions()
    const takeMessages = vi.spyOn(given.storage, 'takeMessages')
    const { outbox } = createNightlatch(given)
    outbox.start(1000)
    expect(takeMessages).not.toHaveBeenCalled()
    for (let times = 0; times < 3; times++) {
      vi.advanceTimersByTime(1000)
      await outbox.idle()
    }
    // One of mails and one of codes by SMS, each time.
    expect(takeMessages).toHaveBeenCalledTimes(6)
    outbox.stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('the first call starts the sweeper, unless the host sweeps', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const [automatic, manual] = [
      createNightlatch(validOptions()),
      createNightlatch({ ...validOptions(), outbox: { sweep: 'manual' } }),
    ]
    expect(vi.getTimerCount()).toBe(0)
    await manual.signIn.start(start)
    expect(vi.getTimerCount()).toBe(0)
    await automatic.signIn.start(start)
    expect(vi.getTimerCount()).toBe(1)
    automatic.outbox.stop()
  })
})
