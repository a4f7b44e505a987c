import type { Nightlatch } from 'nightlatch'
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
import type { OpenStorage } from '../world/storages.ts'
import { storages } from '../world/storages.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'

const times = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)

describe.each(storages)('promise 1 of the newer factors on $title, over two servers', ({ open }) => {
  let opened: OpenStorage
  let world: World
  let sms: MemorySms
  let token: Authenticator
  let ada: Person
  let servers: readonly [Nightlatch, Nightlatch]
  const serverOf = (i: number): Nightlatch => servers[i % 2 ? 1 : 0]

  beforeEach(async () => {
    opened = await open()
    sms = memorySms()
    token = createAuthenticator()
    world = createWorld({ storage: opened.storage, options: everyMethod(sms) })
    ada = await personWithEverything(world, sms, token)
    servers = [world.instance({ storage: opened.connect() }), world.instance({ storage: opened.connect() })]
    world.clock.advance(3_600_000)
  })
  afterEach(() => opened.close())

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
    expect(await good(times(20).map((i) => serverOf(i).signIn.verify(verify)))).toBe(1)
    const state = await stateOf(opened.storage, 'ada')
    expect([state.sms.code, state.sms.failures]).toEqual([null, 0])
  })

  it('[SMS-4] promise 1: of 20 parallel step-ups with one code by SMS one gives a proof', async () => {
    const { grant, client } = ada
    expectOk(await world.nl.stepUp.sendCode({ grant, client }))
    const code = await latestCode(world.nl, sms)
    const verify = { grant, purpose: 'factors', code, factor: 'sms', client } as const
    expect(await good(times(20).map((i) => serverOf(i).stepUp.verify(verify)))).toBe(1)
  })

  it('[SMS-22] promise 1: of 20 parallel requests for a code one is answered with a message', async () => {
    const challenge = await ada.challenge()
    const before = sms.messages.length
    await Promise.all(times(20).map((i) => serverOf(i).signIn.sendCode({ challenge, client: ada.client })))
    for (const server of servers) await server.outbox.idle()
    expect(sms.messages.length - before).toBe(1)
  })

  it('[PKA-12] promise 1: of 20 parallel answers to one passkey ceremony one is granted', async () => {
    const alone = await passkeyAnswer(world.nl, token)
    expect(await good(times(20).map((i) => serverOf(i).signIn.verifyPasskey({ ...alone, client: elsewhere(i) })))).toBe(
      1,
    )
    const challenge = await ada.challenge()
    const answer = await passkeyAnswer(world.nl, token, challenge)
    const verify = { ...answer, challenge, client: ada.client }
    expect(await good(times(20).map((i) => serverOf(i).signIn.verifyPasskey(verify)))).toBe(1)
  })

  it('[PKR-12] promise 1: of 10 parallel confirmations of one registration one is kept', async () => {
    const { grant } = ada
    const proof = await provePasskey(world.nl, grant, token)
    const { ceremony, options } = expectOk(await world.nl.passkeys.register({ grant, proof, label: 'Second' }))
    const response = createAuthenticator().create(options, { origin })
    const answers = times(10).map((i) => serverOf(i).passkeys.confirm({ grant, ceremony, response }))
    expect(await good(answers)).toBe(1)
    expect((await stateOf(opened.storage, 'ada')).passkey.credentials).toHaveLength(2)
  })

  it('[SES-10] promise 1: of 20 parallel uses of one trust one skips the factor', async () => {
    const challenge = await ada.challenge()
    const verify = { challenge, code: ada.app.code(), client: ada.client, trustDevice: true }
    const { deviceToken: device } = expectStatus(await world.nl.signIn.verify(verify), 'granted')
    const start = { name: ada.name, accountId: ada.id, primary: 'password', client: { ...ada.client, device } } as const
    expect(await good(times(20).map((i) => serverOf(i).signIn.start(start)))).toBe(1)
    // The others showed a text that was replaced already.
    const { knownDevices } = await stateOf(opened.storage, 'ada')
    expect(knownDevices.filter(({ trust }) => trust !== null)).toEqual([])
  })

  it('[LIF-10] promise 1: of a change by 10 parallel calls with one passkey’s proof one happens', async () => {
    const { grant } = ada
    const proof = await provePasskey(world.nl, grant, token)
    expect(await good(times(10).map((i) => serverOf(i).passkeys.register({ grant, proof, label: 'x' })))).toBe(1)
  })
})
