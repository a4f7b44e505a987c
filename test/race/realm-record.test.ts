import { describe, expect, it } from 'vitest'
import { asSystem, keyring } from 'nightlatch'
import type { Change, Limiter, Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { skewed } from '../world/clock.ts'
import { expectOk } from '../world/expect-outcome.ts'
import { faultyStorage, storageFailure } from '../world/faulty-storage.ts'
import { peekFacts } from '../world/peek.ts'
import { elsewhere, home } from '../world/person.ts'
import { storages } from '../world/storages.ts'
import { times } from '../world/times.ts'
import { createWorld, keyText } from '../world/world.ts'

const recordId = 'realm:main'
const [older, newer] = [keyText(1), keyText(2)]
const [olderId, newerId] = [older, newer].map((text) => keyring(text).keyIds[0]!)
const audit = asSystem('ada', 'audit')

/** A storage of which every process loads the record of the realm before any of them commits it. */
function raced(inner: Storage, processes: number, tried: Change[]): Storage {
  let waiting = processes
  let open = (): void => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  return {
    ...inner,
    async commit(change) {
      if (change.id !== recordId) return inner.commit(change)
      tried.push(change)
      if (--waiting <= 0) open()
      await gate
      return inner.commit(change)
    },
  }
}

describe.each(storages)('the record of a realm on $title', ({ open }) => {
  it('is made once by processes that all need it at the same moment, and the others take it', async () => {
    const { storage, connect, close } = await open()
    try {
      const world = createWorld({ storage })
      const processes = 4
      const tried: Change[] = []
      // One gate for all, and a connection for each.
      const gated = raced(storage, processes, tried)
      const servers = times(processes).map(() =>
        world.instance({ storage: { ...connect(), commit: (change) => gated.commit(change) } }),
      )
      await Promise.all(
        servers.map(async (server, n) => {
          await server.signIn.failed({ name: 'ada', accountId: 'ada', client: elsewhere(n) })
          await server.outbox.idle()
        }),
      )
      expect(tried).toHaveLength(processes)
      expect(tried.every(({ expected }) => expected === null)).toBe(true)
      const stored = await storage.load(recordId)
      expect(tried.filter(({ version }) => version === stored?.version)).toHaveLength(1)

      await world.person('ada')
      const facts = await peekFacts(storage, 'ada')
      expect(facts).toHaveLength(processes)
      // All of them hashed the name with one key, and all signed with one.
      expect(new Set(facts.map(({ fields }) => fields.name)).size).toBe(1)
      for (const server of [world.instance(), ...servers]) {
        const verdict = expectOk(await server.history.verify({ grant: audit }))
        expect(verdict.facts.genuine).toBe(processes)
      }
    } finally {
      await close()
    }
  })

  it('[CRY-7] moves to the new key without a change of what it holds: facts stay genuine, and names keep their hash', async () => {
    const { storage, close } = await open()
    try {
      const world = createWorld({ storage, keys: keyring(older) })
      await world.person('ada')
      const fail = async (server = world.nl): Promise<void> => {
        await server.signIn.failed({ name: 'Ada ', accountId: 'ada', client: home })
        await server.outbox.idle()
        world.clock.advance(86_400_000)
      }
      await fail()
      const running = world.instance({ keys: keyring([newer, older]) })
      await fail(running)
      const moved = (await storage.load(recordId))!
      expect([moved.doc.includes(olderId!), moved.doc.includes(newerId!)]).toEqual([false, true])

      expect((await running.accounts.reseal()).failed).toEqual([])
      const last = world.instance({ keys: keyring(newer) })
      await fail(last)
      const facts = await peekFacts(storage, 'ada')
      expect(facts).toHaveLength(3)
      expect(new Set(facts.map(({ fields }) => fields.name)).size).toBe(1)
      expect(expectOk(await last.history.verify({ grant: audit })).facts.genuine).toBe(3)
      expect(expectOk(await last.history.facts({ grant: audit }))).toMatchObject({ genuine: true })
      // Nothing moved once more.
      expect(await storage.load(recordId)).toEqual(moved)
    } finally {
      await close()
    }
  })

  it('[CRY-7] is sealed under the new key by the reseal job of a server that never read it', async () => {
    const { storage, close } = await open()
    try {
      const world = createWorld({ storage, keys: keyring(older) })
      await world.person('ada')
      const before = (await storage.load(recordId))!
      expect(before.doc).toContain(olderId)
      const walker = world.instance({ keys: keyring([newer, older]) })
      expect(await walker.accounts.reseal()).toEqual({ resealed: 1, current: 0, failed: [], next: null })
      const after = (await storage.load(recordId))!
      expect([after.doc.includes(olderId!), after.doc.includes(newerId!)]).toEqual([false, true])
      expect(await walker.accounts.reseal()).toEqual({ resealed: 0, current: 1, failed: [], next: null })
      expect(await storage.load(recordId)).toEqual(after)
    } finally {
      await close()
    }
  })
})

describe('the record of a realm', () => {
  it('[THR-6] lets servers with the rings "old new" and "new old" count the same tries together', async () => {
    const keysOf = async (text: string): Promise<readonly string[]> => {
      const keys: string[] = []
      const limiter: Limiter = {
        async charge({ charges }) {
          keys.push(...charges.map(({ key }) => key))
          return { admitted: true }
        },
        giveBack: async () => undefined,
      }
      const server = world.instance({ limiter, keys: keyring(text) })
      await server.signIn.failed({ name: 'ada', accountId: 'ada', client: home })
      await server.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client: home })
      return keys
    }
    const world = createWorld({ keys: keyring(older) })
    await world.person('ada')
    const before = await keysOf(older)
    expect(before.length).toBeGreaterThan(2)
    for (const text of [`${older},${newer}`, `${newer},${older}`, `${older},${newer}`]) {
      expect(await keysOf(text)).toEqual(before)
    }
  })

  it('is taken as it is stored when the reply to its commit is lost', async () => {
    const inner = memoryStorage()
    let lost = 0
    const lossy = faultyStorage(inner, { onCommit: ({ id }) => (id === recordId && lost++ === 0 ? 'lost' : 'none') })
    const world = createWorld({ storage: lossy })
    await world.nl.signIn.failed({ name: 'ada', accountId: 'ada', client: home })
    await world.nl.outbox.idle()
    expect(lost).toBe(1)
    await world.person('ada')
    const other = world.instance({ storage: inner })
    expect(expectOk(await other.history.verify({ grant: audit })).facts.genuine).toBe(1)
  })

  it('promise 5: that cannot be read or made lets nobody through, and is asked for again at the next call', async () => {
    const inner = memoryStorage()
    const failing = { load: false, commit: true }
    const storage: Storage = {
      ...inner,
      load: (id) => (failing.load && id === recordId ? Promise.reject(storageFailure()) : inner.load(id)),
      commit: (change) =>
        failing.commit && change.id === recordId ? Promise.reject(storageFailure()) : inner.commit(change),
    }
    const { nl } = createWorld({ storage })
    const start = { name: 'ada', accountId: 'ada', primary: 'password', client: home } as const
    for (const _ of times(2)) {
      await expect(nl.signIn.start(start)).rejects.toMatchObject({ code: 'NL_STORAGE_FAILED' })
      await expect(nl.signIn.failed(start)).rejects.toMatchObject({ code: 'NL_STORAGE_FAILED' })
      failing.load = true
    }
    expect(await inner.load('account:ada')).toBeNull()
    Object.assign(failing, { load: false, commit: false })
    expect(await nl.signIn.start(start)).toMatchObject({ status: 'granted' })
    // It is kept: nothing asks for it any more.
    failing.load = true
    expect(await nl.signIn.failed(start)).toMatchObject({ reason: 'wrong-credentials' })
  })

  it('that hangs delays only the call that asked for it', async () => {
    const inner = memoryStorage()
    let loads = 0
    const storage: Storage = {
      ...inner,
      load: (id) => (id === recordId && loads++ === 0 ? new Promise(() => undefined) : inner.load(id)),
    }
    const { nl } = createWorld({ storage })
    void nl.signIn.failed({ name: 'x', client: home })
    expect(await nl.signIn.failed({ name: 'x', client: home })).toMatchObject({ reason: 'wrong-credentials' })
    // One that hung, and two of the call that made the record.
    expect(loads).toBe(3)
    await nl.signIn.failed({ name: 'x', client: home })
    expect(loads).toBe(3)
  })

  it('keeps the keys that were read first, also when a read that hung brings others', async () => {
    const inner = memoryStorage()
    const replaced = memoryStorage()
    let answer = (): void => undefined
    const held = new Promise<void>((resolve) => (answer = resolve))
    let isFirst = true
    const storage: Storage = {
      ...inner,
      async load(id) {
        if (id !== recordId || !isFirst) return inner.load(id)
        isFirst = false
        await held
        return replaced.load(id)
      },
    }
    await createWorld({ storage: replaced, seed: 'others' }).nl.signIn.failed({ name: 'x', client: home })
    const { nl } = createWorld({ storage })
    const fail = { name: 'ada', accountId: 'ada', client: home } as const
    const hung = nl.signIn.failed(fail)
    await nl.signIn.failed(fail)
    answer()
    await hung
    await nl.signIn.failed(fail)
    await nl.outbox.idle()
    const facts = await peekFacts(storage, 'ada')
    expect(facts).toHaveLength(3)
    expect(new Set(facts.map(({ fields }) => fields.name)).size).toBe(1)
  })

  it('that cannot be read does not change the answer of a call that only records a fact, and the host is told', async () => {
    const world = createWorld()
    const ada = await world.person()
    await ada.signIn()
    const behind = world.instance({
      clock: skewed(world.clock, -120_000),
      storage: {
        ...world.storage,
        load: (id) => (id === recordId ? Promise.reject(storageFailure()) : world.storage.load(id)),
      },
    })
    expectOk(await behind.sessions.check({ grant: ada.grant }))
    await behind.outbox.idle()
    const told = world.reports.map(({ kind, text }) => `${kind}: ${text}`)
    expect(told).toContainEqual('facts: 1 facts could not be stored')
    expect(await peekFacts(world.storage, 'ada')).toHaveLength(0)
  })

  it('that somebody removed makes every older fact read as changed, in each new process', async () => {
    const inner = memoryStorage()
    let isGone = false
    const kept = memoryStorage()
    const storage: Storage = {
      ...inner,
      load: (id) => (isGone && id === recordId ? kept.load(id) : inner.load(id)),
      commit: (change) => (isGone && change.id === recordId ? kept.commit(change) : inner.commit(change)),
    }
    const world = createWorld({ storage })
    await world.person('ada')
    const fail = { name: 'ada', accountId: 'ada', client: home } as const
    await world.nl.signIn.failed(fail)
    await world.nl.outbox.idle()
    isGone = true
    const fresh = world.instance()
    await fresh.signIn.failed({ ...fail, client: elsewhere(1) })
    await fresh.outbox.idle()
    const [old] = await peekFacts(storage, 'ada')
    const faults = [{ fault: 'changed', fact: old!.id }]
    expect(await fresh.history.verify({ grant: audit })).toStrictEqual({ ok: false, reason: 'tampered', faults })
  })

  it.each([
    ['changed', (doc: string) => doc.replace('"keys"', '"keyz"'), 'NL_RECORD_TAMPERED'],
    ['of another kind', (doc: string) => doc.replace('"kind":"realm"', '"kind":"account"'), 'NL_RECORD_TAMPERED'],
    ['of another realm', (doc: string) => doc.replace('"realm":"main"', '"realm":"other"'), 'NL_REALM'],
  ])('[CRY-8] promise 4: that is %s is refused', async (_, spoil, code) => {
    const world = createWorld()
    await world.person('ada')
    const stored = (await world.storage.load(recordId))!
    const doc = spoil(stored.doc)
    expect(doc).not.toBe(stored.doc)
    const nl = world.instance({
      storage: {
        ...world.storage,
        load: async (id) => (id === recordId ? { ...stored, doc } : world.storage.load(id)),
      },
    })
    await expect(nl.signIn.failed({ name: 'x', client: home })).rejects.toMatchObject({ code })
    expect((await nl.accounts.reseal()).failed).toEqual([{ accountId: null, code }])
  })

  it('is named busy by the reseal job when others write it without end', async () => {
    const world = createWorld({ keys: keyring(older) })
    await world.person('ada')
    const walker = world.instance({
      keys: keyring([newer, older]),
      storage: {
        ...world.storage,
        commit: async (change) => (change.id === recordId ? 'conflict' : world.storage.commit(change)),
      },
    })
    expect(await walker.accounts.reseal()).toEqual({
      resealed: 1,
      current: 0,
      failed: [{ accountId: null, code: 'busy' }],
      next: null,
    })
  })
})
