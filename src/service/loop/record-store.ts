import { encodeBase64url, frame } from '../../core/bytes.ts'
import { NightlatchError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { isEnvelopeValid, nextVersion, readEnvelope, versionNumber, writeEnvelope } from '../../core/record/envelope.ts'
import type { Place } from '../../core/record/history-form.ts'
import { historyKeyLength } from '../../core/record/history-form.ts'
import type { HistoryHead } from '../../core/record/history.ts'
import { emptyHistory } from '../../core/record/history.ts'
import type { RecordMark } from '../../core/record/mark.ts'
import { hasPacked, readPacked, writePacked } from '../../core/record/packed-lists.ts'
import type { Sealed, Secret } from '../../core/secret.ts'
import { isUnsealed, mapSecrets, secretsOf } from '../../core/secret.ts'
import type { Random } from '../../ports/random.ts'
import type { HistoryAnchor } from '../../ports/sink.ts'
import type { Storage, StoredRecord, Summary } from '../../ports/storage.ts'
import type { Installation } from '../keys/installation.ts'
import { keyById, nonceLength, openSealed, sealBytes, sealingKey } from '../keys/keyring.ts'

/** Every state says which record it is, and how many commits that has had. */
export interface Marked {
  readonly record: RecordMark
}

/** What the loop must know of a kind of record. */
export interface RecordKind<S extends Marked> {
  readonly kind: string
  readonly schema: number
  empty(now: number, birth: string): S
  summarize(state: S, now: number): Summary
  /** What each sealed value of the state is for, by the beginning of its path. The first that fits counts. */
  readonly purposes: readonly (readonly [path: string, purpose: string])[]
}

/** The body of a record: the state, and what the loop keeps beside it. */
interface Body<S> {
  /**
   * Random, made with the record, never changed. Within one birth id the number of commits only grows, so that a record
   * which begins anew in the place of a deleted one can be recognized.
   */
  readonly birth: string
  /** When it was committed, by the clock of the server that did it. */
  readonly at: number
  readonly state: S
  /** The key is made with the record. No rotation changes it, so that no row has to be written anew. */
  readonly history: HistoryHead & { readonly key: Secret }
  /** Ids of the last attempts that were committed, newest last. */
  readonly attempts: readonly string[]
}

export interface LoadedRecord<S extends Marked> extends Body<S> {
  readonly id: string
  /** Null: not stored yet. */
  readonly version: string | null
  /** The key under which its stored form is authenticated. */
  readonly keyId: string
  /** Whether its stored form has packed lists. */
  readonly isPacked: boolean
}

export interface RecordStore<S extends Marked> {
  readonly kind: RecordKind<S>
  load(id: string): Promise<LoadedRecord<S> | null>
  fresh(id: string, now: number): LoadedRecord<S>
  /** The version that the record's next commit makes. */
  nextVersion(record: LoadedRecord<S>): string
  /**
   * The stored form of a record under its next version, with its secrets sealed and a MAC over all. `before` is the
   * record as it was loaded: what did not change since is not searched for secrets.
   */
  write(record: LoadedRecord<S>, version: string, before?: LoadedRecord<S>): string
  open(id: string, path: string, sealed: Sealed): Uint8Array
  historyKey(record: LoadedRecord<S>): Uint8Array
  place(record: LoadedRecord<S>): Place
  anchor(id: string, head: HistoryHead, at: number): HistoryAnchor
  /** Whether the record needs no key but the first of the ring. */
  isCurrent(record: LoadedRecord<S>): boolean
}

interface StoreParts {
  readonly storage: Storage
  readonly installation: Installation
  readonly random: Random
}

const historyKeyPath = 'history/key'

export function createRecordStore<S extends Marked>(
  kind: RecordKind<S>,
  { storage, installation, random }: StoreParts,
): RecordStore<S> {
  const { realm, keys } = installation
  /** Realm, kind, record, path and purpose: a ciphertext opens nowhere else [CRY-3]. */
  const associated = (id: string, path: string): Uint8Array =>
    frame('nightlatch/seal/v1', realm, kind.kind, id, path, purposeOf(kind, path))

  const open = (id: string, path: string, sealed: Sealed): Uint8Array =>
    openSealed(keys, 'seal', sealed, associated(id, path))

  const seal = (id: string, path: string, bytes: Uint8Array): Sealed =>
    sealBytes(keys, 'seal', bytes, associated(id, path), random(nonceLength))

  return {
    kind,
    open,

    async load(id) {
      const stored = await loadStored(storage, id)
      if (stored === null) return null
      const { version } = stored
      const body = readBody(kind, installation, id, stored)
      const record: RecordMark = { birth: body.birth, commit: versionNumber(version) }
      // The stored body has the rest of the state.
      return { ...body, state: { ...body.state, record } as S, id, version }
    },

    fresh(id, now) {
      const history = { ...emptyHistory({ realm, id }), key: { seal: random(historyKeyLength) } }
      const birth = encodeBase64url(random(16))
      const { id: keyId } = sealingKey(keys, 'record')
      return {
        id,
        version: null,
        keyId,
        isPacked: false,
        birth,
        at: now,
        state: kind.empty(now, birth),
        history,
        attempts: [],
      }
    },

    nextVersion: ({ version }) => nextVersion(version, random(16)),

    place: ({ id }) => ({ realm, id }),

    anchor: (id, { n, d, from }, at) => ({ realm, kind: kind.kind, id, n, d, from, at }),

    write({ id, birth, at, state: { record: _record, ...state }, history, attempts, isPacked }, version, before) {
      const { id: keyId, key } = sealingKey(keys, 'record')
      // What was loaded under the first key has no secret under another one.
      const settled = before?.keyId === keyId && before.version !== null ? { state: before.state } : undefined
      const reseal = (secret: Secret, path: string): Sealed => {
        if (isUnsealed(secret)) return seal(id, path, secret.seal)
        // After a rotation, the next write seals with the first key what an old one had sealed [CRY-7].
        return secret.keyId === keyId ? secret : seal(id, path, open(id, path, secret))
      }
      const written: Body<Omit<S, 'record'>> = { birth, at, state, history, attempts }
      const body = mapSecrets(written, reseal, { settled })
      const text = writePacked(body, { before: isPacked })
      if (text.length > limits.recordLength) {
        throw new NightlatchError('NL_RECORD_TOO_LARGE', 'a record would grow beyond its cap')
      }
      const envelope = { id, version, realm, kind: kind.kind, schema: kind.schema, body: text }
      return writeEnvelope(keyId, key, envelope)
    },

    isCurrent({ state, history, keyId }) {
      const { id: first } = sealingKey(keys, 'record')
      const secrets = secretsOf({ state, history })
      return keyId === first && secrets.every((secret) => isUnsealed(secret) || secret.keyId === first)
    },

    historyKey({ id, history: { key } }) {
      return isUnsealed(key) ? key.seal : open(id, historyKeyPath, key)
    },
  }
}

/** Null: there is no such record. If its history is there, somebody deleted the record, which is an error. */
async function loadStored(storage: Storage, id: string): Promise<StoredRecord | null> {
  const stored = await storage.load(id)
  if (stored !== null) return stored
  const { items } = await storage.listEvents({ id, limit: 1 })
  if (items.length === 0) return null
  // Another server may have created record and events between the two reads.
  const again = await storage.load(id)
  if (again === null) throw new NightlatchError('NL_RECORD_MISSING', 'a record is gone although its history is not')
  return again
}

function readBody<S extends Marked>(
  kind: RecordKind<S>,
  { realm, keys }: Installation,
  id: string,
  { version, doc }: StoredRecord,
): Body<Omit<S, 'record'>> & Pick<LoadedRecord<S>, 'keyId' | 'isPacked'> {
  const tampered = (): NightlatchError =>
    new NightlatchError('NL_RECORD_TAMPERED', 'a stored record does not authenticate')
  const envelope = readEnvelope(doc)
  if (envelope === null) throw tampered()
  if (envelope.realm !== realm) {
    throw new NightlatchError('NL_REALM', 'a record belongs to another realm; each realm needs tables of its own')
  }
  if (envelope.kind !== kind.kind) throw tampered()
  if (envelope.schema > kind.schema) {
    throw new NightlatchError('NL_RECORD_NEWER', 'a record was written by a newer release; update this one first')
  }
  const key = keyById(keys, 'record', envelope.keyId)
  if (key === null) {
    throw new NightlatchError('NL_KEY_UNKNOWN', 'a record was written under a key that the key ring lacks')
  }
  if (!isEnvelopeValid(envelope, key, { id, version })) throw tampered()
  const body = readPacked(envelope.body) as Body<Omit<S, 'record'>>
  return { ...body, keyId: envelope.keyId, isPacked: hasPacked(envelope.body) }
}

/** What a sealed value is for. */
function purposeOf({ purposes }: Pick<RecordKind<Marked>, 'purposes'>, path: string): string {
  if (path === historyKeyPath) return 'history-key'
  return purposes.find(([start]) => path.startsWith(`state/${start}`))?.[1] ?? 'other'
}

/** A new attempt id: random, never taken from outside. A record keeps many, so it is no longer than it must be. */
export function newAttemptId(random: Random): string {
  return encodeBase64url(random(9))
}
