import { beforeEach, describe, expect, it } from 'vitest'
import type { ClientInfo } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { limits } from '../../src/core/limits.ts'
import type { CountingStorage } from '../world/counting-storage.ts'
import { countingStorage } from '../world/counting-storage.ts'
import { expectStatus } from '../world/expect-outcome.ts'
import { peekFacts, peekState } from '../world/peek.ts'
import type { Person } from '../world/person.ts'
import { elsewhere, wrongCode } from '../world/person.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'
import { typeWrongCode, typeWrongCodes } from '../world/wrong-codes.ts'

const minute = 60_000

describe('promise 10: strangers do not keep the owner out', () => {
  let storage: CountingStorage
  let world: World
  let ada: Person
  let known: ClientInfo
  let entered = 0
  beforeEach(async () => {
    entered = 0
    storage = countingStorage(memoryStorage())
    world = createWorld({ storage })
    ada = await world.person()
    await ada.signIn()
    known = { ...ada.client, device: ada.deviceToken }
  })

  /** The owner signs in on this client, which must work in the same millisecond. */
  async function ownerEnters(client: ClientInfo): Promise<void> {
    const started = await world.nl.signIn.start({ name: ada.name, accountId: 'ada', primary: 'password', client })
    const { challenge, retryAt } = expectStatus(started, 'challenge')
    expect(retryAt).toBeUndefined()
    expectStatus(await world.nl.signIn.verify({ challenge, code: ada.backupCodes[entered++], client }), 'granted')
  }

  // A name has no limit over all networks: each of them is answered as wrong.
  it.each([
    ['at once', 0],
    ['over forty minutes', 240],
  ])(
    '[THR-6] promise 10: 10,000 wrong passwords from 10,000 networks, %s, touch no count and no record',
    async (_, apart) => {
      for (const code of [wrongCode(ada.app), '00000-00000-000']) {
        await world.nl.signIn.verify({ challenge: await ada.challenge(), code, client: elsewhere(20_000) })
      }
      const [before, state] = [await world.storage.load('account:ada'), await peekState(world.storage, 'ada')]
      expect([state?.totp.failures, state?.['backup-code'].failures, state?.throttle.failures]).toEqual([1, 0, 2])
      storage.restart()
      let told = 0
      for (let i = 0; i < 10_000; i++) {
        const answer = await world.nl.signIn.failed({ name: ada.name, accountId: 'ada', client: elsewhere(i) })
        if (answer.reason === 'wrong-credentials') told++
        world.clock.advance(apart)
      }
      expect(told).toBe(10_000)
      expect(storage.calls.commit).toBeUndefined()
      expect(await world.storage.load('account:ada')).toStrictEqual(before)
      await ownerEnters(known)
      await ownerEnters({ ip: '198.51.100.1' })
    },
  )

  it('[THR-14] [LOG-4] promise 10: a flood of names that nobody has leaves few facts, none with the name as typed, and no record', async () => {
    storage.restart()
    for (let i = 0; i < 3000; i++) {
      await world.nl.signIn.failed({ name: `hunter2-${i}`, client: { ip: '203.0.113.9' } })
    }
    const facts = await peekFacts(world.storage, null)
    expect(facts.length).toBeLessThan(40)
    expect(JSON.stringify(facts)).not.toContain('hunter2')
    // Without a commit there is no new record, whatever its id would be. The network has a hundred tries.
    expect([storage.calls.load, storage.calls.commit]).toEqual([limits.networkFailures, undefined])
  })

  it('[THR-14] [LOG-4] promise 10: a flood of one name leaves a fact for each try admitted, and few for the thousands refused', async () => {
    for (let i = 0; i < 10_000; i++) {
      await world.nl.signIn.failed({ name: ada.name, accountId: 'ada', client: { ip: '203.0.113.9' } })
    }
    const facts = await peekFacts(world.storage, 'ada')
    expect(JSON.stringify(facts)).not.toContain(ada.name)
    const held = facts.filter(({ type }) => type === 'excess_rate_limit_exceeded')
    expect(facts.length - held.length).toBe(20)
    expect(held.length).toBeLessThan(20)
    const counted = held.map(({ fields }) => Number(fields.sampled)).reduce((sum, n) => sum + n, 0)
    expect(counted).toBeGreaterThan(9980 / 2)
    expect(counted).toBeLessThanOrEqual(9980)
  })

  it('[THR-12] promise 10: right password, wrong password and unknown name answer alike once the limit is reached', async () => {
    const client = { ip: '203.0.113.9' }
    const answers: unknown[] = []
    for (const input of [{ accountId: 'ada' }, {}]) {
      const name = 'accountId' in input ? ada.name : 'nobody@people.example'
      for (let i = 0; i < 20; i++) await world.nl.signIn.failed({ name, ...input, client })
      answers.push(await world.nl.signIn.failed({ name, ...input, client }))
    }
    answers.push(await world.nl.signIn.start({ name: ada.name, accountId: 'ada', primary: 'password', client }))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 'refused', reason: 'too-many-attempts', httpStatus: 429 })
  })

  it('[THR-6] promise 10: a stranger on the same network does not keep the owner on a known device out', async () => {
    for (const client of [ada.client, {}]) {
      for (let i = 0; i < 100; i++) await world.nl.signIn.failed({ name: ada.name, accountId: 'ada', client })
      await ownerEnters({ ...client, device: ada.deviceToken })
    }
  })

  it('[THR-6] promise 10: somebody with the password on many networks does not keep the owner on a known device out', async () => {
    for (let i = 0; i < 400; i++) {
      await typeWrongCode(world.nl, ada, elsewhere(i))
      world.clock.advance(1000)
      if (i % 100 === 99) await ownerEnters(known)
    }
  })

  it('promise 10: somebody with the password on the same network does not keep the owner on a known device out', async () => {
    for (const client of [ada.client, {}]) {
      for (let i = 0; i < 200; i++) {
        const challenge = await ada.challenge(elsewhere(i))
        await world.nl.signIn.verify({ challenge, code: wrongCode(ada.app), client })
      }
      await ownerEnters({ ...client, device: ada.deviceToken })
      world.clock.advance(minute)
    }
  })

  it('promise 10: a device token of one account is not a known device of another', async () => {
    const eve = await world.person('eve')
    await eve.signIn()
    await typeWrongCodes(world.nl, ada, limits.lockAfter)
    const client = { ip: '198.51.100.2', device: eve.deviceToken }
    const started = await world.nl.signIn.start({ name: ada.name, accountId: 'ada', primary: 'password', client })
    expect(started).toMatchObject({ status: 'challenge', retryAt: world.clock() + limits.lockMs })
  })

  it('[SES-12] promise 10: a known device and the name of its browser do not replace the factor', async () => {
    const started = await world.nl.signIn.start({
      name: ada.name,
      accountId: 'ada',
      primary: 'password',
      client: known,
    })
    expect(started.status).toBe('challenge')
    expect((await peekState(world.storage, 'ada'))?.sessions).toHaveLength(2)
  })
})
