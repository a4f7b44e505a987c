import { memorySms } from 'nightlatch/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { notice } from '../../src/core/account/record/messages.ts'
import { queueMessages } from '../world/queue-message.ts'
import type { OpenStorage } from '../world/storages.ts'
import { storages } from '../world/storages.ts'
import { times } from '../world/times.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'

const accounts = 20
const mailsEach = 500

describe.each(storages)('10,000 due mails in $title', ({ open }) => {
  let opened: OpenStorage
  let world: World
  beforeEach(async () => {
    opened = await open()
    world = createWorld({ storage: opened.storage })
    const dueAt = world.clock() - 60_000
    const draft = notice({ template: 'password-changed', at: dueAt }, dueAt)
    for (const n of times(accounts)) {
      await queueMessages(
        world,
        times(mailsEach).map(() => ({ account: `user${n}`, draft, dueAt })),
      )
    }
  })
  afterEach(() => opened.close())

  async function queueCode(): Promise<void> {
    const sms = { to: '+36301234567', purpose: 'login', code: '123456', minutes: 5 } as const
    const draft = { channel: 'sms', sms, expiresAt: world.clock() + 300_000 } as const
    await queueMessages(world, [{ account: 'ada', draft, dueAt: world.clock() }])
  }

  it('do not delay a code by SMS, whether the mailer hangs or answers', async () => {
    let release = (): void => undefined
    const hung = new Promise<void>((resolve) => (release = resolve))
    for (const hangs of [true, false]) {
      const sender = memorySms()
      let before = 0
      const mailer = {
        async send() {
          if (sender.messages.length === 0) before++
          if (hangs) await hung
        },
      }
      const nl = world.instance({ mailer, sms: { sender, countries: ['HU'] } })
      await queueCode()
      const sweeping = nl.outbox.sweep()
      await vi.waitFor(() => expect(sender.messages).toHaveLength(1), { timeout: 20_000 })
      // Those that a sweep works on at the same time as the code.
      expect(before).toBeLessThanOrEqual(20)
      release()
      expect(await sweeping).toEqual({ sent: 21, dead: 0, retried: 0 })
    }
  })
})
