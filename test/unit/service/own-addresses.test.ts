import { describe, expect, it } from 'vitest'
import { notice } from '../../../src/core/account/record/messages.ts'
import { queueMessages } from '../../world/queue-message.ts'
import { createWorld } from '../../world/world.ts'

describe('a notice with its own addresses', () => {
  it('goes to these and not to those of the account, in the language of the account', async () => {
    const world = createWorld({
      options: {
        describe: () => ({ name: 'Ada', addresses: [{ mail: 'new@people.example', verified: true }], locale: 'fr' }),
      },
    })
    const now = world.clock()
    const draft = notice({ template: 'password-changed', at: now }, now, ['old@people.example'])
    await queueMessages(world, [{ account: 'ada', draft, dueAt: now }])
    expect(await world.nl.outbox.sweep()).toEqual({ sent: 1, dead: 0, retried: 0 })
    expect(world.mailer.mails.map(({ to, language }) => [to, language])).toEqual([['old@people.example', 'fr']])
  })

  it('has them sealed in the stored row', async () => {
    const world = createWorld()
    const now = world.clock()
    const draft = notice({ template: 'password-changed', at: now }, now, ['old@people.example'])
    await queueMessages(world, [{ account: 'ada', draft, dueAt: now }])
    const [taken] = await world.storage.takeMessages({ now, leaseToken: 't', leaseUntil: now, limit: 1 })
    expect(taken?.body).not.toContain('old@people')
    expect(taken?.body).toBeTruthy()
  })
})
