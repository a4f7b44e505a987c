import { NightlatchError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Sealed } from '../../core/secret.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { CommitAnswer, Storage } from '../../ports/storage.ts'
import type { Installation } from '../keys/installation.ts'
import type { NameHash } from '../keys/name-hash.ts'
import { nameHashOf } from '../keys/name-hash.ts'
import type { RealmState } from './realm-record.ts'
import { realmRecord, realmRecordId } from './realm-record.ts'
import type { LoadedRecord } from './record-store.ts'
import { createRecordStore, newAttemptId } from './record-store.ts'

export interface RealmKeys {
  /** Of the MACs of facts. */
  readonly facts: Uint8Array
  /** Of the hashes of typed names and of what limiters count by. */
  readonly names: Uint8Array
}

/** The keys of the realm, which are sealed in a record of their own. */
export interface Realm {
  readonly name: string
  readonly recordId: string
  /** Read at the first call, and made if they are not there. They never change, so the process keeps them. */
  keys(): Promise<RealmKeys>
  /** The first call of a process reads its key, for whatever name it is. */
  nameHash(): Promise<NameHash>
  /** Brings the record under the first key of the ring. */
  reseal(): Promise<'resealed' | 'current' | 'busy'>
}

interface RealmParts {
  readonly storage: Storage
  readonly installation: Installation
  readonly random: Random
  readonly now: Clock
}

export function createRealm({ storage, installation, random, now }: RealmParts): Realm {
  const kind = realmRecord(random)
  const records = createRecordStore(kind, { storage, installation, random })
  const recordId = realmRecordId(installation.realm)
  let known: RealmKeys | null = null

  const commit = async (record: LoadedRecord<RealmState>): Promise<CommitAnswer> => {
    const at = now()
    const version = records.nextVersion(record)
    const attemptId = newAttemptId(random)
    const attempts = [...record.attempts, attemptId].slice(-limits.attemptIds)
    return storage.commit({
      id: recordId,
      attemptId,
      expected: record.version,
      version,
      doc: records.write({ ...record, at, attempts }, version),
      summary: kind.summarize(record.state, at),
      keys: { claim: [], release: [] },
      events: [],
      messages: [],
    })
  }

  /**
   * What is stored counts, and not the answer of the commit: another server may have been first, or a reply was lost.
   */
  const make = async (): Promise<LoadedRecord<RealmState>> => {
    const cause: unknown = await commit(records.fresh(recordId, now())).catch((error: unknown) => error)
    const record = await records.load(recordId)
    if (record !== null) return record
    throw new NightlatchError('NL_STORAGE_FAILED', 'the record of the realm could not be stored', { cause })
  }

  const reseal: Realm['reseal'] = async () => {
    for (let round = 0; round < limits.commitTries; round++) {
      const record = await records.load(recordId)
      if (record === null || records.isCurrent(record)) return 'current'
      if ((await commit(record)) === 'committed') return 'resealed'
    }
    return 'busy'
  }

  const read = async (): Promise<RealmKeys> => {
    const record = (await records.load(recordId)) ?? (await make())
    // Nothing else writes this record, so no later write would seal it anew. `accounts.reseal` may do it too.
    if (!records.isCurrent(record)) await reseal().catch(() => undefined)
    // What was loaded is sealed.
    const open = (name: keyof RealmKeys): Uint8Array =>
      records.open(recordId, `state/keys/${name}`, record.state.keys[name] as Sealed)
    return { facts: open('facts'), names: open('names') }
  }

  const keys: Realm['keys'] = async () => {
    // Calls that need them at the same moment read them each: none waits for a read of another one that may hang.
    const found = known ?? (await read())
    // The first keys that were read count, also for a read that hung and would now find others.
    known ??= found
    return known
  }

  return {
    name: installation.realm,
    recordId,
    keys,
    reseal,
    nameHash: async () => nameHashOf((await keys()).names, installation.realm),
  }
}
