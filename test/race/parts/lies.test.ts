import { describe, expect, it } from 'vitest'
import type { Change, SinkEntry, Storage, StoredRecord } from 'nightlatch'
import { memoryLimiter } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { fastHash } from '../../world/fast-hash.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { answered, keyOwner, made, verifier, withPasskeys } from '../../world/passkey-person.ts'
import { home } from '../../world/person.ts'
import { peekState } from '../../world/peek.ts'
import { createWorld } from '../../world/world.ts'

describe('a storage that lies', () => {
  it('promise 1: with a stale record accepts no code twice, because its commit does not fit', async () => {
    const world = createWorld()
    const ada = await world.person()
    const challenges = [await ada.challenge(), await ada.challenge()]
    const code = ada.app.code()
    const stale = await world.storage.load('account:ada')
    const [first, second] = challenges
    expectStatus(await world.nl.signIn.verify({ challenge: first, code, client: home }), 'granted')
    // The replica catches up after three reads.
    let reads = 0
    const replica: Storage = {
      ...world.storage,
      load: async (id) => (id === 'account:ada' && reads++ < 3 ? stale : world.storage.load(id)),
    }
    const nl = world.instance({ storage: replica })
    expect(await nl.signIn.verify({ challenge: second, code, client: home })).toMatchObject({ reason: 'used' })
    expect(reads).toBeGreaterThan(3)
  })

  it('promise 5: with a stale record for good answers busy, and grants nothing', async () => {
    const world = createWorld()
    const ada = await world.person()
    const [first, second] = [await ada.challenge(), await ada.challenge()]
    const code = ada.app.code()
    const stale = await world.storage.load('account:ada')
    expectStatus(await world.nl.signIn.verify({ challenge: first, code, client: home }), 'granted')
    const sessions = (await peekState(world.storage, 'ada'))?.sessions
    const load = async (id: string): Promise<StoredRecord | null> =>
      id === 'account:ada' ? stale : world.storage.load(id)
    const nl = world.instance({ storage: { ...world.storage, load } })
    expect(await nl.signIn.verify({ challenge: second, code, client: home })).toMatchObject({ reason: 'busy' })
    expect((await peekState(world.storage, 'ada'))?.sessions).toEqual(sessions)
  })

  it('promise 5: that answers committed and keeps nothing gives a grant that opens nothing', async () => {
    const world = createWorld()
    const ada = await world.person()
    const challenge = await ada.challenge()
    const forgetful: Storage = { ...world.storage, commit: async () => 'committed' }
    const nl = world.instance({ storage: forgetful })
    const { grant } = expectStatus(await nl.signIn.verify({ challenge, code: ada.app.code(), client: home }), 'granted')
    for (const server of [nl, world.nl]) {
      expect(await server.sessions.check({ grant })).toEqual({ ok: false, reason: 'signed-out' })
      expect(await server.totp.list({ grant })).toEqual({ ok: false, reason: 'signed-out' })
    }
    expect(world.reports.map(({ kind }) => kind)).toContain('record')
  })

  it('promise 1: that answers conflict for a commit that it kept answers as if it had been told', async () => {
    const world = createWorld()
    const ada = await world.person()
    const challenge = await ada.challenge()
    let lies = 1
    const commit = async (change: Change): Promise<'committed' | 'conflict' | 'key-taken'> => {
      const answer = await world.storage.commit(change)
      return lies-- > 0 ? 'conflict' : answer
    }
    const nl = world.instance({ storage: { ...world.storage, commit } })
    const { grant } = expectStatus(await nl.signIn.verify({ challenge, code: ada.app.code(), client: home }), 'granted')
    expectOk(await world.nl.sessions.check({ grant }))
  })

  it('promise 5: with the record of another account throws, and grants nothing', async () => {
    const world = createWorld()
    const ada = await world.person()
    await world.person('eve')
    const challenge = await ada.challenge()
    const load = async (id: string): Promise<StoredRecord | null> =>
      world.storage.load(id === 'account:ada' ? 'account:eve' : id)
    const nl = world.instance({ storage: { ...world.storage, load } })
    const asked = nl.signIn.verify({ challenge, code: ada.app.code(), client: home })
    await expect(asked).rejects.toMatchObject({ code: 'NL_RECORD_TAMPERED' })
  })

  it('promise 5: with a message whose columns are spoilt sends the other ones', async () => {
    const storage = memoryStorage()
    const world = createWorld({ storage })
    const ada = await world.person()
    await world.nl.outbox.idle()
    world.mailer.clear()
    world.mailer.behave('fail')
    for (const code of ada.backupCodes.slice(0, 3)) {
      const challenge = await ada.challenge()
      expectStatus(await world.nl.signIn.verify({ challenge, code, client: home }), 'granted')
    }
    await world.nl.outbox.idle()
    world.mailer.behave('deliver')
    world.clock.advance(3_600_000)
    const seen: string[] = []
    const takeMessages: Storage['takeMessages'] = async (request) =>
      (await storage.takeMessages(request)).map((message) => {
        if (!seen.includes(message.messageId)) seen.push(message.messageId)
        const spoilt = [{ body: null as never }, { channel: 5 as never }][seen.indexOf(message.messageId)]
        return { ...message, ...spoilt }
      })
    const nl = world.instance({ storage: { ...storage, takeMessages } })
    // Of one account a sweep takes no further message after one that failed.
    for (let sweep = 0; sweep < 3; sweep++) await nl.outbox.sweep()
    expect(seen).toHaveLength(3)
    expect(world.mailer.mails).toHaveLength(1)
  })
})

describe('a verifier that lies', () => {
  const facts = { counter: 0, userVerified: true, backupEligible: true, backedUp: true }

  it('[PKR-12] about the credential that was made registers nothing', async () => {
    const world = createWorld({ options: withPasskeys })
    const begun = await world.nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client: home })
    const { grant } = expectStatus(begun, 'granted')
    const input = await made(world.nl, createAuthenticator(), { grant })
    const liar = {
      ...verifier,
      verifyRegistration: async (question: never) => {
        const told = await verifier.verifyRegistration(question)
        return told && { ...told, id: 'YW5vdGhlciBjcmVkZW50aWFs' }
      },
    }
    const nl = world.instance({ passkeys: { verifier: liar } })
    expect(await nl.passkeys.confirm(input)).toEqual({ ok: false, reason: 'wrong' })
  })

  it('by changing the answer that it got signs nobody else in', async () => {
    const world = createWorld({ options: withPasskeys })
    const ada = await keyOwner(world.nl)
    const eve = await keyOwner(world.nl, { id: 'eve' })
    const adas = (await peekState(world.storage, 'ada'))?.passkey.credentials[0]?.id
    const shown = await answered(world.nl, eve.authenticator, null)
    const liar = {
      ...verifier,
      verifyAssertion: async ({ response }: { readonly response: object }) => {
        Object.assign(response, { id: adas, userHandle: null })
        return facts
      },
    }
    const nl = world.instance({ passkeys: { verifier: liar as never } })
    const { grant } = expectStatus(await nl.signIn.verifyPasskey(shown), 'granted')
    expect(await nl.sessions.check({ grant })).toMatchObject({ ok: true, accountId: 'eve' })
    expect(ada.id).toBe('ada')
  })
})

it('a limiter that empties the charges that it gets, and fails, is replaced by one that counts them', async () => {
  const world = createWorld()
  const limiter = {
    ...memoryLimiter(),
    charge: async ({ charges }: { readonly charges: readonly unknown[] }) => {
      ;(charges as unknown[]).length = 0
      throw new Error('down')
    },
  }
  const nl = world.instance({ limiter })
  const reasons: string[] = []
  for (let n = 0; n < 21; n++) reasons.push((await nl.signIn.failed({ name: 'ada', client: home })).reason)
  expect(reasons.at(-1)).toBe('too-many-attempts')
})

it('a sink that changes what it gets changes neither the history nor what others are told', async () => {
  const spoil = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const one of Object.values(value)) spoil(one)
    for (const key of Object.keys(value)) Reflect.set(value, key, 'spoilt')
  }
  const world = createWorld({ options: { sink: (entry: SinkEntry) => spoil(entry) } })
  const ada = await world.person()
  await world.nl.signIn.failed({ name: ada.name, accountId: 'ada', client: home })
  await world.nl.outbox.idle()
  const verdict = expectOk(await world.nl.history.verify({ grant: ada.grant }))
  expect(verdict.facts.genuine).toBe(1)
  expect(JSON.stringify(await world.nl.history.list({ grant: ada.grant }))).not.toContain('spoilt')
})

describe('a slow hash that lies', () => {
  it('with one answer for every text makes codes of which one opens once', async () => {
    const world = createWorld({ options: { slowHash: async ({ params }) => new Uint8Array(params.length).fill(7) } })
    const ada = await world.person()
    const [code] = ada.backupCodes
    const verify = async (): Promise<string> => {
      const { status, ...rest } = await world.nl.signIn.verify({ challenge: await ada.challenge(), code, client: home })
      return 'reason' in rest && rest.reason !== undefined ? rest.reason : status
    }
    expect(await verify()).toBe('granted')
    expect(
      (await peekState(world.storage, 'ada'))?.['backup-code'].set?.usedAt.filter((at) => at !== null),
    ).toHaveLength(1)
  })

  it('promise 1: by failing once stays failed for the call, also under the salt of a set that came meanwhile', async () => {
    const world = createWorld({ options: withPasskeys })
    const ada = await keyOwner(world.nl)
    await ada.add(createAuthenticator())
    await ada.becomePasskeyOnly()
    const old = await world.storage.load('account:ada')
    const { codes } = expectOk(await world.nl.backupCodes.regenerate({ grant: ada.grant, proof: await ada.proof() }))
    const usedAt = async (): Promise<unknown> => (await peekState(world.storage, 'ada'))?.['backup-code'].set?.usedAt
    let [reads, fails] = [0, 1]
    const nl = world.instance({
      // The first load shows the set before. Its commit meets a conflict.
      storage: {
        ...world.storage,
        load: async (id) => (id === 'account:ada' && reads++ === 0 ? old : world.storage.load(id)),
      },
      slowHash: async (request) => {
        if (fails-- > 0) throw new Error('no memory')
        return fastHash(request)
      },
    })
    const recover = { name: 'ada', accountId: 'ada', primary: 'password', code: codes[0], client: home } as const
    await expect(nl.signIn.recover(recover)).rejects.toMatchObject({ code: 'NL_SLOW_HASH_FAILED' })
    expect(reads).toBe(2)
    expect(await usedAt()).toEqual(codes.map(() => null))
    expectStatus(await nl.signIn.recover(recover), 'enroll')
  })
})
