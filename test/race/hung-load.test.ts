import { describe, expect, it } from 'vitest'
import type { Nightlatch } from 'nightlatch'
import { limits } from '../../src/core/limits.ts'
import { elsewhere, home, wrongCode } from '../world/person.ts'
import { answered, keyOwner, withPasskeys } from '../world/passkey-person.ts'
import { createAuthenticator } from '../world/passkey-authenticator.ts'
import { stateOf } from '../world/reading.ts'
import { unlimited } from '../world/unlimited.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'
import { typeWrongCodes } from '../world/wrong-codes.ts'

const minute = 60_000

/** A server whose next load of an account hangs, and answers in the end with what is stored by then. */
async function hanging({ instance, storage }: World): Promise<{
  readonly server: Nightlatch
  /** Makes this call hang in its load. Resolves when it does. */
  hang(call: () => Promise<unknown>): Promise<void>
  readonly answer: () => void
}> {
  let begun: (() => void) | null = null
  let answer = (): void => undefined
  const held = new Promise<void>((resolve) => (answer = resolve))
  const server = instance({
    storage: {
      ...storage,
      async load(id) {
        const hangs = begun
        begun = null
        if (hangs !== null) {
          hangs()
          await held
        }
        return storage.load(id)
      },
    },
  })
  // It has read the keys of its realm.
  await server.signIn.failed({ name: 'x', client: home })
  return {
    server,
    answer,
    hang: (call) =>
      new Promise((resolve) => {
        begun = resolve
        void call()
      }),
  }
}

describe('a call whose load hangs for long', () => {
  it('promise 2: waits for a lock that fell meanwhile, and gives no luck back', async () => {
    const world = createWorld({ options: unlimited })
    const { nl, clock, storage } = world
    const ada = await world.person()
    const { server, hang, answer } = await hanging(world)
    const challenge = await ada.challenge(elsewhere(1))
    let guess: Promise<unknown> = Promise.resolve()
    await hang(() => (guess = server.signIn.verify({ challenge, code: wrongCode(ada.app), client: elsewhere(1) })))
    clock.advance(limits.clocksApartMs + minute)
    await typeWrongCodes(nl, ada, limits.lockAfter, 10)
    const { throttle } = await stateOf(storage, 'ada')
    answer()
    expect(await guess).toMatchObject({ status: 'refused', reason: 'challenge-ended' })
    expect((await stateOf(storage, 'ada')).throttle).toEqual(throttle)
  })

  it('promise 1: uses no challenge again that was used meanwhile, however long ago', async () => {
    const world = createWorld({ options: unlimited })
    const { nl, clock } = world
    const ada = await world.person()
    const { server, hang, answer } = await hanging(world)
    const challenge = await ada.challenge()
    const verify = { challenge, client: home }
    let again: Promise<unknown> = Promise.resolve()
    const code = ada.app.code(1)
    await hang(() => (again = server.signIn.verify({ ...verify, code })))
    expect(await nl.signIn.verify({ ...verify, code: ada.app.code() })).toMatchObject({ status: 'granted' })
    clock.advance(limits.challengeMs + limits.clocksApartMs + minute)
    // Now the list of used challenges forgets it.
    const later = { challenge: await ada.challenge(), code: ada.backupCodes[0], client: home }
    expect(await nl.signIn.verify(later)).toMatchObject({ status: 'granted' })
    answer()
    expect(await again).toMatchObject({ status: 'refused', reason: 'challenge-ended' })
  })

  it('promise 1: accepts no answer of a passkey again', async () => {
    const world = createWorld({ options: { ...unlimited, ...withPasskeys } })
    const { nl, clock } = world
    const authenticator = createAuthenticator()
    await keyOwner(nl, { authenticator })
    const { server, hang, answer } = await hanging(world)
    const shown = await answered(nl, authenticator, null)
    let again: Promise<unknown> = Promise.resolve()
    await hang(() => (again = server.signIn.verifyPasskey(shown)))
    expect(await nl.signIn.verifyPasskey(shown)).toMatchObject({ status: 'granted' })
    clock.advance(limits.ceremonyMs + limits.clocksApartMs + minute)
    const later = await answered(nl, authenticator, null)
    expect(await nl.signIn.verifyPasskey(later)).toMatchObject({ status: 'granted' })
    answer()
    expect(await again).toMatchObject({ status: 'refused' })
  })
})
