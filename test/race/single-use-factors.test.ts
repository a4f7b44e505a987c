import { memorySms } from 'nightlatch/testing'
import type { MemorySms } from 'nightlatch/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { createAuthenticator } from '../world/passkey-authenticator.ts'
import type { Authenticator } from '../world/passkey-authenticator.ts'
import { origin } from '../world/passkey-ceremony.ts'
import type { Person } from '../world/person.ts'
import { elsewhere } from '../world/person.ts'
import { stateOf } from '../world/reading.ts'
import { everyMethod, latestCode, passkeyAnswer, personWithEverything, provePasskey } from '../world/several-factors.ts'
import type { SeveralServers } from '../world/several-servers.ts'
import { severalServers } from '../world/several-servers.ts'
import { storages } from '../world/storages.ts'
import { times } from '../world/times.ts'
import { createWorld } from '../world/world.ts'

describe.each(storages)('promise 1 of SMS, passkeys and trusted browsers on $title, over two servers', ({ open }) => {
  let world: SeveralServers
  let sms: MemorySms
  let token: Authenticator
  let ada: Person

  beforeEach(async () => {
    sms = memorySms()
    token = createAuthenticator()
    world = await severalServers(open, (storage) => createWorld({ storage, options: everyMethod(sms) }))
    ada = await personWithEverything(world, sms, token)
    world.clock.advance(3_600_000)
  })
  afterEach(() => world.close())

  async function good(answers: readonly Promise<object>[]): Promise<number> {
    const told = await Promise.all(answers)
    return told.filter((one) => ('ok' in one && one.ok === true) || ('status' in one && one.status === 'granted'))
      .length
  }

  it('[SMS-4] promise 1: of 20 parallel sign-ins with one code by SMS one is granted', async () => {
    const challenge = await ada.challenge()
    expectStatus(await world.nl.signIn.sendCode({ challenge, client: ada.client }), 'challenge')
    const code = await latestCode(world.nl, sms)
    const verify = { challenge, code, client: ada.client }
    expect(await good(times(20).map((i) => world.server(i).signIn.verify(verify)))).toBe(1)
    const state = await stateOf(world.storage, 'ada')
    expect([state.sms.code, state.sms.failures]).toEqual([null, 0])
  })

  it('[SMS-4] promise 1: of 20 parallel step-ups with one code by SMS one gives a proof', async () => {
    const { grant, client } = ada
    expectOk(await world.nl.stepUp.sendCode({ grant, client }))
    const code = await latestCode(world.nl, sms)
    const verify = { grant, purpose: 'factors', code, factor: 'sms', client } as const
    expect(await good(times(20).map((i) => world.server(i).stepUp.verify(verify)))).toBe(1)
  })

  it('[SMS-22] promise 1: of 20 parallel requests for a code one is answered with a message', async () => {
    const challenge = await ada.challenge()
    const before = sms.messages.length
    await Promise.all(times(20).map((i) => world.server(i).signIn.sendCode({ challenge, client: ada.client })))
    for (const server of world.servers) await server.outbox.idle()
    expect(sms.messages.length - before).toBe(1)
  })

  it('[PKA-12] promise 1: of 20 parallel answers to one passkey ceremony one is granted', async () => {
    const alone = await passkeyAnswer(world.nl, token)
    expect(
      await good(times(20).map((i) => world.server(i).signIn.verifyPasskey({ ...alone, client: elsewhere(i) }))),
    ).toBe(1)
    const challenge = await ada.challenge()
    const answer = await passkeyAnswer(world.nl, token, challenge)
    const verify = { ...answer, challenge, client: ada.client }
    expect(await good(times(20).map((i) => world.server(i).signIn.verifyPasskey(verify)))).toBe(1)
  })

  it('[PKR-12] promise 1: of 10 parallel confirmations of one registration one is kept', async () => {
    const { grant } = ada
    const proof = await provePasskey(world.nl, grant, token)
    const { ceremony, options } = expectOk(await world.nl.passkeys.register({ grant, proof, label: 'Second' }))
    const response = createAuthenticator().create(options, { origin })
    const answers = times(10).map((i) => world.server(i).passkeys.confirm({ grant, ceremony, response }))
    expect(await good(answers)).toBe(1)
    expect((await stateOf(world.storage, 'ada')).passkey.credentials).toHaveLength(2)
  })

  it('[SES-10] promise 1: of 20 parallel sign-ins by one trusted browser one skips the factor', async () => {
    const challenge = await ada.challenge()
    const verify = { challenge, code: ada.app.code(), client: ada.client, trustDevice: true }
    const { deviceToken: device } = expectStatus(await world.nl.signIn.verify(verify), 'granted')
    const start = { name: ada.name, accountId: ada.id, primary: 'password', client: { ...ada.client, device } } as const
    expect(await good(times(20).map((i) => world.server(i).signIn.start(start)))).toBe(1)
    // The other sign-ins showed a text that was replaced already, which ends the trust.
    const { knownDevices } = await stateOf(world.storage, 'ada')
    expect(knownDevices.filter(({ trust }) => trust !== null)).toEqual([])
  })

  it('[LIF-10] promise 1: of 10 parallel changes with one proof by passkey one succeeds', async () => {
    const { grant } = ada
    const proof = await provePasskey(world.nl, grant, token)
    expect(await good(times(10).map((i) => world.server(i).passkeys.register({ grant, proof, label: 'x' })))).toBe(1)
  })
})
