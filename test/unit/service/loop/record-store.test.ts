import { describe, expect, it } from 'vitest'
import { keyring } from 'nightlatch'
import type { Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { limits } from '../../../../src/core/limits.ts'
import type { LoadedRecord, RecordStore } from '../../../../src/service/loop/record-store.ts'
import { keyText } from '../../../world/world.ts'
import type { Toy } from './parts.ts'
import { toyId, toyKind, toyStore } from './parts.ts'

const now = 1_790_000_000_000
const bytes = new Uint8Array([1, 2, 3])

/** Stores a record as a commit does. */
async function put(
  storage: Storage,
  records: RecordStore<Toy>,
  change: Partial<Toy> = {},
  loaded: LoadedRecord<Toy> | null = null,
): Promise<LoadedRecord<Toy>> {
  const record = loaded ?? records.fresh(toyId, now)
  const version = records.nextVersion(record)
  const doc = records.write({ ...record, state: { ...record.state, ...change } }, version, record)
  await storage.commit({
    id: toyId,
    attemptId: 'a',
    expected: record.version,
    version,
    doc,
    summary: toyKind.summarize(record.state, now),
    keys: { claim: [], release: [] },
    events: [],
    messages: [],
  })
  return (await records.load(toyId))!
}

describe('a stored record', () => {
  it('is read as it was written, with its mark, and is no more than was stored', async () => {
    const storage = memoryStorage()
    const record = await put(storage, toyStore({ storage }), { n: 7, texts: ['x'] })
    expect(record).toMatchObject({ id: toyId, at: now, isPacked: false, attempts: [] })
    expect(record.state).toEqual({ n: 7, texts: ['x'], secret: null, record: { birth: record.birth, commit: 1 } })
    const again = await put(storage, toyStore({ storage }), { n: 8 }, record)
    expect(again.state.record).toEqual({ birth: record.birth, commit: 2 })
    expect(await toyStore().load(toyId)).toBeNull()
  })

  it('throws NL_RECORD_NEWER, if a newer release wrote it, and not if an older one did', async () => {
    const storage = memoryStorage()
    await put(storage, toyStore({ storage }))
    const older = toyStore({ storage, kind: { ...toyKind, schema: 2 } })
    await expect(older.load(toyId)).rejects.toMatchObject({ code: 'NL_RECORD_NEWER' })
    expect(await toyStore({ storage, kind: { ...toyKind, schema: 4 } }).load(toyId)).not.toBeNull()
  })

  it('throws NL_RECORD_TAMPERED, if it is of another kind', async () => {
    const storage = memoryStorage()
    await put(storage, toyStore({ storage }))
    const other = toyStore({ storage, kind: { ...toyKind, kind: 'other' } })
    await expect(other.load(toyId)).rejects.toMatchObject({ code: 'NL_RECORD_TAMPERED' })
  })

  it('throws NL_REALM in another realm, and NL_KEY_UNKNOWN without its key', async () => {
    const storage = memoryStorage()
    await put(storage, toyStore({ storage }))
    await expect(toyStore({ storage, realm: 'other' }).load(toyId)).rejects.toMatchObject({ code: 'NL_REALM' })
    const keys = keyring(keyText(2))
    await expect(toyStore({ storage, keys }).load(toyId)).rejects.toMatchObject({ code: 'NL_KEY_UNKNOWN' })
  })

  it('throws NL_RECORD_TAMPERED, if a letter of it was changed, or it is no record', async () => {
    const storage = memoryStorage()
    await put(storage, toyStore({ storage }), { texts: ['abc'] })
    const spoilt = (change: (doc: string) => string): RecordStore<Toy> =>
      toyStore({
        storage: {
          ...storage,
          async load(id) {
            const stored = await storage.load(id)
            return stored && { ...stored, doc: change(stored.doc) }
          },
        },
      })
    for (const change of [(doc: string) => doc.replace('abc', 'abd'), () => 'no record']) {
      await expect(spoilt(change).load(toyId)).rejects.toMatchObject({ code: 'NL_RECORD_TAMPERED' })
    }
  })

  it('throws NL_RECORD_TOO_LARGE rather than to grow beyond its cap', async () => {
    const records = toyStore()
    const record = records.fresh(toyId, now)
    const write = (length: number): string =>
      records.write({ ...record, state: { ...record.state, texts: ['x'.repeat(length)] } }, '1.A', record)
    // Long enough to be stored in its packed form.
    const spare = limits.recordLength - write(10_000).split('\n')[1]!.length + 10_000
    expect(write(spare).length).toBeGreaterThan(limits.recordLength)
    expect(() => write(spare + 1)).toThrow(expect.objectContaining({ code: 'NL_RECORD_TOO_LARGE' }))
  })
})

describe('a record that is not there', () => {
  const row = { n: 1, type: 'mfa_fail', at: now, body: '' }

  /** Answers loads one after the other, with a history behind them. */
  const answering = (...loads: readonly (object | null)[]): { records: RecordStore<Toy>; asked: number[] } => {
    const asked = [0, 0]
    const storage = {
      ...memoryStorage(),
      load: async () => loads[asked[0]!++] ?? null,
      listEvents: async () => {
        asked[1]!++
        return { items: [row], next: null }
      },
    } as unknown as Storage
    return { records: toyStore({ storage }), asked }
  }

  it('throws NL_RECORD_MISSING, if its history is there', async () => {
    const { records, asked } = answering(null, null)
    await expect(records.load(toyId)).rejects.toMatchObject({ code: 'NL_RECORD_MISSING' })
    expect(asked).toEqual([2, 1])
  })

  it('is read once more, because another server may just have made it', async () => {
    const storage = memoryStorage()
    await put(storage, toyStore({ storage }), { n: 5 })
    const { records } = answering(null, await storage.load(toyId))
    expect((await records.load(toyId))?.state.n).toBe(5)
  })
})

describe('the secrets of a record', () => {
  const sealed = async (texts = keyring(keyText(1))) => {
    const storage = memoryStorage()
    const record = await put(storage, toyStore({ storage, keys: texts }), { secret: { seal: bytes } })
    return { storage, record }
  }

  it('[CRY-3] are stored sealed, and open at their place in their record only', async () => {
    const { storage, record } = await sealed()
    const records = toyStore({ storage })
    const secret = record.state.secret as never
    expect(records.open(toyId, 'state/secret', secret)).toEqual(bytes)
    for (const [id, path] of [
      ['toy:two', 'state/secret'],
      [toyId, 'state/other'],
      [toyId, 'history/key'],
    ] as const) {
      expect(() => records.open(id, path, secret)).toThrow(expect.objectContaining({ code: 'NL_SEAL_BROKEN' }))
    }
  })

  it('have a history key that stays over commits, and is another one for each record', async () => {
    const { storage, record } = await sealed()
    const records = toyStore({ storage })
    const key = records.historyKey(record)
    expect(key).toHaveLength(32)
    expect(records.historyKey(await put(storage, records, { n: 1 }, record))).toEqual(key)
    const fresh = records.fresh(toyId, now)
    expect(records.historyKey(fresh)).toHaveLength(32)
    expect(records.historyKey(fresh)).not.toEqual(records.historyKey(records.fresh(toyId, now)))
  })

  it('[CRY-7] are sealed under the first key with the next write, so that the record is current again', async () => {
    const { storage, record } = await sealed()
    const keys = keyring([keyText(2), keyText(1)])
    const rotated = toyStore({ storage, keys })
    expect(toyStore({ storage }).isCurrent(record)).toBe(true)
    const old = (await rotated.load(toyId))!
    expect(rotated.isCurrent(old)).toBe(false)
    const after = await put(storage, rotated, {}, old)
    expect(rotated.isCurrent(after)).toBe(true)
    const alone = toyStore({ storage, keys: keyring(keyText(2)) })
    const last = (await alone.load(toyId))!
    expect(alone.open(toyId, 'state/secret', last.state.secret as never)).toEqual(bytes)
    expect(alone.historyKey(last)).toEqual(toyStore({ storage }).historyKey(record))
  })

  it('[CRY-7] make a record current only if each of them is: its own, that of its history, and its MAC', async () => {
    const { record } = await sealed()
    const { storage: other, record: theirs } = await sealed(keyring(keyText(2)))
    const records = toyStore({ storage: other, keys: keyring([keyText(2), keyText(1)]) })
    expect(records.isCurrent(theirs)).toBe(true)
    expect(records.isCurrent({ ...theirs, keyId: record.keyId })).toBe(false)
    expect(records.isCurrent({ ...theirs, state: { ...theirs.state, secret: record.state.secret } })).toBe(false)
    expect(records.isCurrent({ ...theirs, history: { ...theirs.history, key: record.history.key } })).toBe(false)
    expect(records.isCurrent({ ...theirs, state: { ...theirs.state, secret: { seal: bytes } } })).toBe(true)
  })
})
