import { describe, expect, it } from 'vitest'
import type { Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { home } from '../../world/person.ts'
import { createPhoneWorld, newcomer, phonePerson } from '../../world/phone.ts'

/** A storage that can lose every race, or say that no record is there. */
function failingStorage(): { readonly storage: Storage; fail(how: 'conflict' | 'gone'): void } {
  const inner = memoryStorage()
  let mode = 'works'
  const isGone = (id: string | null): boolean => mode === 'gone' && id === 'account:ada'
  return {
    storage: {
      ...inner,
      load: async (id) => (isGone(id) ? null : inner.load(id)),
      listEvents: async (query) => (isGone(query.id) ? { items: [], next: null } : inner.listEvents(query)),
      commit: async (change) => (mode === 'conflict' ? 'conflict' : inner.commit(change)),
    },
    fail(how) {
      mode = how
    },
  }
}

async function waiting() {
  const { storage, fail } = failingStorage()
  const world = createPhoneWorld({ storage })
  const ada = await phonePerson(world)
  world.clock.advance(60_000)
  const { challenge } = await ada.start()
  world.clock.advance(60_000)
  return { world, ada, challenge, fail }
}

describe('a call that cannot be answered', () => {
  it('sends no code and is busy, if it loses every race for the record', async () => {
    const { world, ada, challenge, fail } = await waiting()
    const before = (await world.received()).length
    fail('conflict')
    const busy = { status: 'refused', reason: 'busy', httpStatus: 503 }
    expect(await world.nl.signIn.sendCode({ challenge, client: ada.known })).toEqual(busy)
    expect(await world.nl.signIn.verify({ challenge, code: '123456', client: ada.known })).toEqual(busy)
    expect(await world.received()).toHaveLength(before)
  })

  it('says of a challenge whose account is gone that it has ended', async () => {
    const { world, ada, challenge, fail } = await waiting()
    fail('gone')
    const ended = { status: 'refused', reason: 'challenge-ended', httpStatus: 401 }
    expect(await world.nl.signIn.sendCode({ challenge, client: ada.known })).toEqual(ended)
    expect(await world.nl.signIn.verify({ challenge, code: '123456', client: ada.known })).toEqual(ended)
  })
})

it('a number whose calls and messages cost more is refused at the enrollment, and nothing is sent', async () => {
  const world = createPhoneWorld()
  const { grant } = await newcomer(world)
  const number = '+36 90 123 456'
  expect(await world.nl.sms.enroll({ grant, number, client: home })).toMatchObject({ ok: false, reason: 'denied' })
  await world.nl.outbox.idle()
  expect(world.sms.messages).toEqual([])
})
