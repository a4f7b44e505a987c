import type { ClientInfo } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { memorySms } from 'nightlatch/testing'
import type { MemorySms } from 'nightlatch/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import type { CountingStorage } from '../../world/counting-storage.ts'
import { countingStorage } from '../../world/counting-storage.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import type { Authenticator } from '../../world/passkey-authenticator.ts'
import type { Person } from '../../world/person.ts'
import { wrongCode } from '../../world/person.ts'
import { everyMethod, latestCode, otherCode, passkeyAnswer, personWithEverything } from '../../world/several-factors.ts'
import type { World } from '../../world/world.ts'
import { createWorld } from '../../world/world.ts'

const step = 30_000

describe('the storage calls', () => {
  let sms: MemorySms
  let counted: CountingStorage
  let world: World
  let ada: Person
  let token: Authenticator
  let client: ClientInfo

  beforeEach(async () => {
    sms = memorySms()
    counted = countingStorage(memoryStorage())
    world = createWorld({ storage: counted, options: everyMethod(sms) })
    token = createAuthenticator()
    ada = await personWithEverything(world, sms, token)
    client = { ...ada.client, device: ada.deviceToken }
    world.clock.advance(step)
  })

  /** The storage calls before the answer. Settling a sent message comes after it. */
  async function costOf<Answer>(call: () => Promise<Answer>): Promise<{ answer: Answer; calls: object }> {
    await world.nl.outbox.idle()
    counted.restart()
    const answer = await call()
    const { settleMessage, ...calls } = counted.calls
    expect(settleMessage ?? 0).toBeLessThanOrEqual(1)
    return { answer, calls }
  }

  const once = { load: 1, commit: 1 }
  const start = async (from: ClientInfo = client): ReturnType<World['nl']['signIn']['start']> =>
    world.nl.signIn.start({ name: ada.name, accountId: ada.id, primary: 'password', client: from })

  async function sent(challenge: string): Promise<string> {
    await world.nl.signIn.sendCode({ challenge, client })
    return latestCode(world.nl, sms)
  }

  it.each([
    { title: 'a right code of an app', code: () => ada.app.code(), expected: 'granted' },
    { title: 'a right backup code', code: () => ada.backupCodes[0], expected: 'granted' },
    { title: 'a right code by SMS', code: sent, expected: 'granted' },
    { title: 'a wrong code of an app', code: () => wrongCode(ada.app), expected: 'wrong' },
    { title: 'a wrong backup code', code: () => '7K3M-Q9XTW-02A1', expected: 'wrong' },
    { title: 'a wrong code by SMS', code: async (open: string) => otherCode(await sent(open)), expected: 'wrong' },
  ])('are one load and one commit for $title', async ({ code, expected }) => {
    const challenge = await ada.challenge(client)
    const typed = await code(challenge)
    const { answer, calls } = await costOf(() => world.nl.signIn.verify({ challenge, code: typed, client }))
    expect(answer.status === 'granted' ? answer.status : answer.reason).toBe(expected)
    expect(calls).toEqual(once)
  })

  it('are one load and one commit for a passkey under a challenge, right or wrong', async () => {
    const challenge = await ada.challenge(client)
    const bad = await passkeyAnswer(world.nl, token, challenge, { userPresent: false })
    const wrong = await costOf(() => world.nl.signIn.verifyPasskey({ ...bad, challenge, client }))
    expect(wrong).toMatchObject({ answer: { reason: 'wrong' }, calls: once })
    const good = await passkeyAnswer(world.nl, token, challenge)
    const right = await costOf(() => world.nl.signIn.verifyPasskey({ ...good, challenge, client }))
    expect(right).toMatchObject({ answer: { status: 'granted' } })
    expect([wrong.calls, right.calls]).toEqual([once, once])
  })

  it('are one search, one load and one commit for a passkey alone, right or wrong', async () => {
    const bad = await passkeyAnswer(world.nl, token, undefined, { userVerified: false })
    const wrong = await costOf(() => world.nl.signIn.verifyPasskey({ ...bad, client }))
    expect(wrong.answer).toMatchObject({ reason: 'user-verification' })
    const right = await costOf(async () => {
      const good = await passkeyAnswer(world.nl, token)
      return world.nl.signIn.verifyPasskey({ ...good, client })
    })
    expect(right.answer.status).toBe('granted')
    // The options without a name read nothing.
    expect([wrong.calls, right.calls]).toEqual([
      { find: 1, ...once },
      { find: 1, ...once },
    ])
  })

  it('are one load and one commit for a new challenge, with or without a code by SMS', async () => {
    expect((await costOf(() => start())).calls).toEqual(once)
    expectOk(await world.nl.accounts.prefer({ grant: ada.grant, factor: 'sms' }))
    const { answer, calls } = await costOf(() => start())
    expect(answer).toMatchObject({ sms: { status: 'queued' } })
    expect(calls).toEqual(once)
  })

  it('are one load and one commit for a trusted device, and for a replaced token of it', async () => {
    const challenge = await ada.challenge(client)
    const code = ada.app.code()
    const verified = await world.nl.signIn.verify({ challenge, code, client, trustDevice: true })
    const trusted = { ...client, device: expectStatus(verified, 'granted').deviceToken }
    const first = await costOf(() => start(trusted))
    const second = await costOf(() => start(trusted))
    expect([first.answer.status, second.answer.status]).toEqual(['granted', 'challenge'])
    expect([first.calls, second.calls]).toEqual([once, once])
  })

  it('are one load when nothing is evaluated, and a fact is written after the answer', async () => {
    const challenge = await ada.challenge(client)
    const malformed = await costOf(() => world.nl.signIn.verify({ challenge, code: 'x', client }))
    expect(malformed.calls).toEqual({ load: 1 })
    const good = await passkeyAnswer(world.nl, token, challenge)
    expectStatus(await world.nl.signIn.verifyPasskey({ ...good, challenge, client }), 'granted')
    for (const again of [
      () => world.nl.signIn.verify({ challenge, code: ada.app.code(), client }),
      () => world.nl.signIn.verifyPasskey({ ...good, challenge, client }),
    ]) {
      const { answer, calls } = await costOf(again)
      expect(answer).toMatchObject({ reason: 'challenge-ended' })
      expect(calls).toEqual({ load: 1 })
      await world.nl.outbox.idle()
      expect(counted.calls.append).toBe(1)
    }
  })

  it('are none for tokens that no key of the ring sealed', async () => {
    const { nl } = world
    const cost = await costOf(async () => [
      await nl.signIn.verify({ challenge: 'x', code: ada.app.code(), client }),
      await nl.signIn.sendCode({ challenge: 'x', client }),
      await nl.signIn.verifyPasskey({ ceremony: 'x', response: {}, client }),
      await nl.signIn.passkeyOptions({ challenge: 'x' }),
    ])
    expect(cost.calls).toEqual({})
  })
})
