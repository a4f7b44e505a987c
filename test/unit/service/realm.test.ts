import { beforeEach, describe, expect, it } from 'vitest'
import { keyring } from 'nightlatch'
import type { Limiter, NightlatchOptions, OutboxMessage, Storage, StoredRecord } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { accountRecord } from '../../../src/service/loop/account-record.ts'
import type { AccountState } from '../../../src/core/account/record/state.ts'
import type { RecordStore } from '../../../src/service/loop/record-store.ts'
import { createRecordStore } from '../../../src/service/loop/record-store.ts'
import { openToken } from '../../../src/service/keys/tokens.ts'
import * as golden from '../../vectors/formats.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { answered, keyOwner, withPasskeys } from '../../world/passkey-person.ts'
import { bodyOf, peekFacts } from '../../world/peek.ts'
import type { Person } from '../../world/person.ts'
import { seededRandom } from '../../world/seeded-random.ts'
import type { World } from '../../world/world.ts'
import { createWorld } from '../../world/world.ts'

interface Realm {
  readonly world: World
  readonly ada: Person
  /** Every key that was asked of the limiter. */
  readonly limiterKeys: Set<string>
}

/** An installation with an enrolled account `ada`. All installations have one key ring and one clock's time. */
async function realm(name: string, options: Partial<NightlatchOptions> = {}): Promise<Realm> {
  const limiterKeys = new Set<string>()
  const limiter: Limiter = {
    async charge({ charges }) {
      for (const { key } of charges) limiterKeys.add(key)
      return { admitted: true }
    },
    giveBack: async () => undefined,
  }
  const world = createWorld({ options: { realm: name, limiter, ...withPasskeys, ...options } })
  return { world, ada: await world.person('ada'), limiterKeys }
}

/** The storage with the record of another one under the id of ada. */
function withRecordOf(storage: Storage, record: StoredRecord | null): Storage {
  return { ...storage, load: async (id) => (id === 'account:ada' ? record : storage.load(id)) }
}

describe('two realms with one key ring and the same account ids', () => {
  let here: Realm
  let there: Realm
  beforeEach(async () => {
    here = await realm('here')
    there = await realm('there')
  })

  it('[CRY-3] the grant, proof and challenge of one open nothing at the other', async () => {
    const { ada, world } = here
    await ada.signIn()
    there.world.clock.set(world.clock())
    const { nl } = there.world
    expect(await world.nl.sessions.check({ grant: ada.grant })).toMatchObject({ ok: true })
    expect(await nl.sessions.check({ grant: ada.grant })).toStrictEqual({ ok: false, reason: 'signed-out' })

    world.clock.advance(30_000)
    const challenge = await ada.challenge()
    const answer = await nl.signIn.verify({ challenge, code: there.ada.app.code(), client: ada.client })
    expect(answer).toMatchObject({ status: 'refused', reason: 'challenge-ended' })

    await there.ada.signIn()
    const proof = await ada.proof()
    const removal = { grant: there.ada.grant, proof, authenticator: there.ada.app.id }
    expect(await nl.totp.remove(removal)).toStrictEqual({ ok: false, reason: 'step-up' })
  })

  it('[CRY-3] the device token of one makes no known device at the other', async () => {
    await here.ada.signIn()
    const device = here.ada.deviceToken
    const installation = { realm: 'there', keys: here.world.keys }
    expect(openToken(installation, 'device', device)).toBeNull()
    expect(openToken({ ...installation, realm: 'here' }, 'device', device)).not.toBeNull()
  })

  it('[CRY-3] no kind of token opens in another realm', () => {
    for (const kind of ['grant', 'challenge', 'proof', 'ceremony', 'device'] as const) {
      const { token } = golden.tokens[kind]
      const keys = keyring(golden.keyText)
      expect(openToken({ realm: golden.realm, keys }, kind, token)).not.toBeNull()
      expect(openToken({ realm: 'other', keys }, kind, token)).toBeNull()
    }
  })

  it('a record of one throws NL_REALM at the other', async () => {
    const record = await here.world.storage.load('account:ada')
    const nl = there.world.instance({ storage: withRecordOf(there.world.storage, record) })
    const start = { name: 'ada', accountId: 'ada', primary: 'password' } as const
    await expect(nl.signIn.start(start)).rejects.toMatchObject({ code: 'NL_REALM' })
    await expect(nl.sessions.check({ grant: there.ada.grant })).rejects.toMatchObject({ code: 'NL_REALM' })
    // The operator can find it among the facts [LOG-3].
    const facts = await peekFacts(there.world.storage, 'ada')
    expect(facts.map(({ type, fields }) => [type, fields['code']])).toContainEqual(['crypt_decrypt_fail', 'NL_REALM'])
  })

  it('[CRY-8] a record that somebody gave another realm throws NL_RECORD_TAMPERED', async () => {
    const record = (await here.world.storage.load('account:ada'))!
    const doc = record.doc.replace('"realm":"here"', '"realm":"there"')
    expect(doc).not.toBe(record.doc)
    const nl = there.world.instance({ storage: withRecordOf(there.world.storage, { ...record, doc }) })
    const call = nl.sessions.check({ grant: there.ada.grant })
    await expect(call).rejects.toMatchObject({ code: 'NL_RECORD_TAMPERED' })
  })

  it('[CRY-3] a value that one sealed does not open at the other, at the same place of the same record', () => {
    const { storage, keys } = here.world
    const random = seededRandom('seals')
    const [one, other] = ['here', 'there'].map((name) =>
      createRecordStore(accountRecord, { storage, installation: { realm: name, keys }, random }),
    ) as [RecordStore<AccountState>, RecordStore<AccountState>]
    const doc = one.write(one.fresh('account:ada', 0), '1.AAAA')
    const { history } = bodyOf<{ history: { key: Parameters<typeof one.open>[2] } }>(doc)
    expect(one.open('account:ada', 'history/key', history.key)).toHaveLength(32)
    expect(() => other.open('account:ada', 'history/key', history.key)).toThrow(
      expect.objectContaining({ code: 'NL_SEAL_BROKEN' }),
    )
  })

  it('[CRY-3] a message that one queued is not sent by the other', async () => {
    const queued: OutboxMessage[] = []
    const { world } = here
    const nl = world.instance({
      storage: {
        ...world.storage,
        async commit(change) {
          queued.push(...change.messages.map((one) => ({ ...one, recordId: change.id, attempts: 0 })))
          return world.storage.commit(change)
        },
      },
    })
    await here.ada.signIn()
    const proof = await here.ada.proof()
    expectOk(await nl.totp.remove({ grant: here.ada.grant, proof, authenticator: here.ada.app.id }))
    expect(queued.length).toBeGreaterThan(0)

    const settled: unknown[] = []
    const sent = there.world.mailer.mails.length
    const other = there.world.instance({
      storage: {
        ...there.world.storage,
        takeMessages: async () => queued.splice(0),
        async settleMessage({ outcome }) {
          settled.push(outcome)
          return true
        },
      },
    })
    await other.outbox.sweep()
    expect(new Set(settled)).toStrictEqual(new Set(['dead']))
    expect(there.world.mailer.mails).toHaveLength(sent)
  })

  it('their limiter keys and hashed names have nothing in common', async () => {
    for (const { world, ada } of [here, there]) {
      await ada.signIn()
      await world.nl.signIn.failed({ name: 'eve@people.example', client: ada.client })
    }
    expect(here.limiterKeys.size).toBeGreaterThan(1)
    expect([...here.limiterKeys].filter((key) => there.limiterKeys.has(key))).toStrictEqual([])
    const [mine, theirs] = await Promise.all([here, there].map(({ world }) => peekFacts(world.storage, null)))
    expect(mine?.[0]?.fields['name']).toMatch(/^[\w-]{24}$/)
    expect(mine?.[0]?.fields['name']).not.toBe(theirs?.[0]?.fields['name'])
  })

  it('one passkey may belong to an account in each, also where both have one table of keys', async () => {
    const shared = memoryStorage()
    const authenticator = createAuthenticator()
    const owners = await Promise.all(
      ['here', 'there'].map(async (name) => {
        const world = createWorld({ options: { realm: name, ...withPasskeys } })
        const nl = world.instance({
          storage: {
            ...world.storage,
            find: async (key) => shared.find(key),
            async commit(change) {
              // The table of keys is shared, the records are not.
              const id = `${name}/${change.id}`
              const claimed = await shared.commit({
                ...change,
                id,
                expected: (await shared.load(id))?.version ?? null,
                events: [],
                messages: [],
              })
              return claimed === 'committed' ? world.storage.commit(change) : claimed
            },
          },
        })
        return { nl, owner: await keyOwner(nl, { authenticator }) }
      }),
    )
    for (const { nl, owner } of owners) {
      const challenge = await owner.challenge()
      const input = await answered(nl, authenticator, challenge)
      expectStatus(await nl.signIn.verifyPasskey(input), 'granted')
    }
  })
})

describe('the birth id of a record', () => {
  it('is made with the record, stays over commits and a rotation, and is another one for each record', async () => {
    const world = createWorld()
    const birthOf = async (id: string): Promise<string> => {
      const { doc } = (await world.storage.load(`account:${id}`))!
      return bodyOf<{ birth: string }>(doc).birth
    }
    const ada = await world.person('ada')
    const bob = await world.person('bob')
    const birth = await birthOf('ada')
    expect(birth).toMatch(/^[\w-]{22}$/)
    expect(birth).not.toBe(await birthOf('bob'))
    await ada.signIn()
    await bob.signIn()
    expect(await birthOf('ada')).toBe(birth)
  })
})
