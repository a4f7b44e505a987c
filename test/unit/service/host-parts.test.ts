import type { SinkEntry } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { describe, expect, it } from 'vitest'
import { createWorld } from '../../world/world.ts'
import { fastHash } from '../../world/fast-hash.ts'
import { faultyStorage } from '../../world/faulty-storage.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

describe('the sink', () => {
  it('[LOG-7] receives every event and fact once, with the head of the history', async () => {
    const received: SinkEntry[] = []
    const world = createWorld({ options: { sink: (entry) => void received.push(entry) } })
    const ada = await world.person()
    await world.nl.signIn.failed({ name: ada.name, accountId: ada.id, client: ada.client })
    await world.nl.signIn.failed({ name: 'nobody', client: ada.client })
    await world.nl.outbox.idle()
    await settled()

    const listed = expectOk(await world.nl.history.list({ grant: ada.grant, limit: 100 }))
    const events = received.flatMap((entry) => entry.events)
    expect(events.map((event) => event.n)).toEqual(listed.events.map((event) => event.n).reverse())
    expect(events).toEqual([...listed.events].reverse())
    expect(received.flatMap(({ accountId, facts }) => facts.map(({ type }) => [accountId, type]))).toEqual([
      [ada.id, 'authn_login_fail'],
      [null, 'authn_login_fail'],
    ])
    const heads = received.flatMap(({ head }) => (head === null ? [] : [head.n]))
    expect(heads).toEqual([...heads].sort((a, b) => a - b))
    expect(heads.at(-1)).toBe(listed.events[0]?.n)
  })

  it('[LOG-8] may fail or hang without changing an answer', async () => {
    const faults = [
      () => {
        throw new Error('down')
      },
      () => Promise.reject(new Error('down')),
      () => new Promise<void>(() => undefined),
    ]
    for (const [index, sink] of faults.entries()) {
      const world = createWorld({ options: { sink } })
      const ada = await world.person(`ada-${index}`)
      await ada.signIn()
      expect(expectOk(await world.nl.history.verify({ grant: ada.grant })).events).toBeGreaterThan(3)
    }
  })
})

describe('a stored record', () => {
  it('[CRY-2, LOG-3] with one flipped bit is refused, and a fact records it', async () => {
    const storage = memoryStorage()
    const world = createWorld({
      storage: {
        ...storage,
        load: async (id) => {
          const stored = await storage.load(id)
          if (stored === null || !spoil) return stored
          const at = stored.doc.length - 20
          const flipped = String.fromCharCode(stored.doc.charCodeAt(at) ^ 1)
          return { ...stored, doc: stored.doc.slice(0, at) + flipped + stored.doc.slice(at + 1) }
        },
      },
    })
    let spoil = false
    const ada = await world.person()
    spoil = true
    await expect(world.nl.totp.list({ grant: ada.grant })).rejects.toMatchObject({ code: 'NL_RECORD_TAMPERED' })
    await expect(
      world.nl.signIn.start({ name: ada.name, accountId: ada.id, primary: 'password', client: ada.client }),
    ).rejects.toMatchObject({ code: 'NL_RECORD_TAMPERED' })
    const { items } = await storage.listFacts({ id: `account:${ada.id}`, limit: 10 })
    expect(items.map(({ type, fields }) => [type, fields.code])).toContainEqual([
      'crypt_decrypt_fail',
      'NL_RECORD_TAMPERED',
    ])
  })
})

describe('backupCodes.replaceUsed', () => {
  it('[BC-12] voids a used code, and returns its replacement', async () => {
    const world = createWorld({ options: { backupCodes: { replaceUsed: true } } })
    const ada = await world.person()
    const [code = ''] = ada.backupCodes
    const use = async (typed: string) => {
      const challenge = await ada.challenge()
      return world.nl.signIn.verify({ challenge, code: typed, client: ada.client })
    }
    const first = expectStatus(await use(code), 'granted')
    expect(first.replacementCode).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{5}-[0-9A-Z]{4}$/)
    expect(ada.backupCodes).not.toContain(first.replacementCode)
    expect(await world.nl.backupCodes.status({ grant: first.grant })).toMatchObject({ left: 10, total: 10 })
    expect(expectStatus(await use(code), 'challenge').reason).toBe('wrong')
    const second = expectStatus(await use(first.replacementCode ?? ''), 'granted')
    expect(second.replacementCode).not.toBe(first.replacementCode)
  })

  it('is off by default', async () => {
    const world = createWorld()
    const ada = await world.person()
    const challenge = await ada.challenge()
    const [code] = ada.backupCodes
    const granted = expectStatus(await world.nl.signIn.verify({ challenge, code, client: ada.client }), 'granted')
    expect(granted).not.toHaveProperty('replacementCode')
    expect(await world.nl.backupCodes.status({ grant: granted.grant })).toMatchObject({ left: 9, total: 10 })
  })
})

describe('a slow hash of the host', () => {
  it('leads to a coded error when it fails, and spends no code', async () => {
    let failing = false
    const world = createWorld({
      options: {
        slowHash: async (request) => {
          if (failing) throw new Error('no memory')
          return fastHash(request)
        },
      },
    })
    const ada = await world.person()
    const challenge = await ada.challenge()
    const [code] = ada.backupCodes
    const verify = () => world.nl.signIn.verify({ challenge, code, client: ada.client })
    failing = true
    await expect(verify()).rejects.toMatchObject({ code: 'NL_SLOW_HASH_FAILED' })
    failing = false
    expectStatus(await verify(), 'granted')
  })

  it.each([
    ['nothing', undefined],
    ['text', 'digest'],
    ['a list', [1, 2, 3]],
    ['too few bytes', new Uint8Array(31)],
    ['too many bytes', new Uint8Array(64)],
  ])('that gives %s is a coded error, is called once for each code, and stores nothing', async (_, digest) => {
    let calls = 0
    const slowHash = async (): Promise<never> => {
      calls += 1
      return digest as never
    }
    const world = createWorld()
    const ada = await world.person()
    const proof = await ada.proof()
    const before = await world.storage.load('account:ada')
    const nl = world.instance({ slowHash })
    const renewal = nl.backupCodes.regenerate({ grant: ada.grant, proof })
    await expect(renewal).rejects.toMatchObject({ code: 'NL_SLOW_HASH_FAILED' })
    expect(calls).toBe(10)
    expect(await world.storage.load('account:ada')).toEqual(before)
  })

  it.each(['conflict', 'lost', 'crash'] as const)(
    'that fails stays failed for the whole call, also over a commit with the fault %s',
    async (fault) => {
      let isFailing = false
      let faults = 0
      const storage = faultyStorage(memoryStorage(), { onCommit: () => (faults-- > 0 ? fault : 'none') })
      const slowHash: typeof fastHash = async (request) => {
        if (isFailing) throw new Error('no memory')
        return fastHash(request)
      }
      const world = createWorld({ storage, options: { slowHash } })
      const ada = await world.person()
      const challenge = await ada.challenge()
      const [code] = ada.backupCodes
      isFailing = true
      faults = 1
      const verify = world.nl.signIn.verify({ challenge, code, client: ada.client })
      await expect(verify).rejects.toMatchObject({ code: 'NL_SLOW_HASH_FAILED' })
    },
  )
})
