import { encodeBase64url, frame } from '../../core/bytes.ts'
import { NightlatchError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { ChainHead } from '../../core/record/chain.ts'
import { emptyChain } from '../../core/record/chain.ts'
import { envelopeHolds, nextVersion, readEnvelope, writeEnvelope } from '../../core/record/envelope.ts'
import type { Sealed, Secret } from '../../core/secret.ts'
import { isUnsealed, mapSecrets } from '../../core/secret.ts'
import type { Random } from '../../ports/random.ts'
import type { Storage, Summary } from '../../ports/storage.ts'
import type { Keyring } from '../keys/keyring.ts'
import { keyById, nonceLength, openSealed, sealBytes, sealingKey } from '../keys/keyring.ts'

/** A kind of record: what the loop must know of it. */
export interface RecordKind<S> {
  readonly kind: string
  readonly schema: number
  empty(now: number): S
  summarize(state: S, now: number): Summary
}

/** The body of a record: the state of its kind, and what the loop itself keeps beside it. */
interface Body<S> {
  readonly state: S
  readonly chain: ChainHead & { readonly key: Secret }
  /** Ids of the last attempts that were committed, newest last. */
  readonly attempts: readonly string[]
}

export interface LoadedRecord<S> extends Body<S> {
  readonly id: string
  /** Null: not stored yet. */
  readonly version: string | null
  /** The key that its stored form is authenticated under. */
  readonly keyId: string
}

export interface RecordStore<S> {
  readonly kind: RecordKind<S>
  load(id: string): Promise<LoadedRecord<S> | null>
  fresh(id: string, now: number): LoadedRecord<S>
  /** The stored form of a record's next version: secrets sealed, authenticated. */
  write(record: LoadedRecord<S>): { readonly version: string; readonly doc: string }
  open(id: string, path: string, sealed: Sealed): Uint8Array
  chainKey(record: LoadedRecord<S>): Uint8Array
  /** Whether nothing of the record hangs on any key but the first. */
  isCurrent(record: LoadedRecord<S>): boolean
}

const emptySeal: Sealed = { alg: 'xchacha20-poly1305', keyId: '', nonce: '', ciphertext: '' }

const chainKeyPath = 'chain/key'

export function createRecordStore<S>(
  kind: RecordKind<S>,
  { storage, keys, random }: { readonly storage: Storage; readonly keys: Keyring; readonly random: Random },
): RecordStore<S> {
  /** Kind, record, place and purpose: a ciphertext opens nowhere else [CRY-3]. */
  const associated = (id: string, path: string): Uint8Array =>
    frame('nightlatch/seal/v1', kind.kind, id, path, purposeOf(path))

  const open = (id: string, path: string, sealed: Sealed): Uint8Array =>
    openSealed(keys, 'seal', sealed, associated(id, path))

  return {
    kind,
    open,

    async load(id) {
      let stored = await storage.load(id)
      if (stored === null) {
        const { items } = await storage.listEvents({ id, limit: 1 })
        if (items.length === 0) return null
        // Another server may have created record and events between the two reads.
        stored = await storage.load(id)
        if (stored === null) {
          throw new NightlatchError('NL_RECORD_MISSING', 'a record is gone although its history is not')
        }
      }
      const envelope = readEnvelope(stored.doc)
      const tampered = (): NightlatchError =>
        new NightlatchError('NL_RECORD_TAMPERED', 'a stored record does not authenticate')
      if (envelope === null || envelope.kind !== kind.kind) throw tampered()
      if (envelope.schema > kind.schema) {
        throw new NightlatchError('NL_RECORD_NEWER', 'a record was written by a newer release; update this one first')
      }
      const key = keyById(keys, 'record', envelope.keyId)
      if (key === null) {
        throw new NightlatchError('NL_KEY_UNKNOWN', 'a record was written under a key that the key ring lacks')
      }
      if (!envelopeHolds(envelope, key, { id, version: stored.version })) throw tampered()
      const body = JSON.parse(envelope.body) as Body<S>
      return { ...body, id, version: stored.version, keyId: envelope.keyId }
    },

    fresh(id, now) {
      const chain = { ...emptyChain, key: { seal: random(32) } }
      return { id, version: null, keyId: sealingKey(keys, 'record').id, state: kind.empty(now), chain, attempts: [] }
    },

    write({ id, version, state, chain, attempts }) {
      const seal = (secret: Secret, path: string): Sealed =>
        isUnsealed(secret) ? sealBytes(keys, 'seal', secret.seal, associated(id, path), random(nonceLength)) : secret
      const { id: keyId, key } = sealingKey(keys, 'record')
      const body: Body<S> = mapSecrets({ state, chain, attempts }, (secret, path) => seal(reseal(secret, path), path))
      const text = JSON.stringify(body)
      if (text.length > limits.recordLength) {
        throw new NightlatchError('NL_RECORD_TOO_LARGE', 'a record would grow beyond its cap')
      }
      const next = nextVersion(version, random(16))
      const doc = writeEnvelope(keyId, key, {
        id,
        version: next,
        kind: kind.kind,
        schema: kind.schema,
        body: text,
      })
      return { version: next, doc }

      /** After a rotation, what an old key sealed is sealed anew by the next write [CRY-7]. */
      function reseal(secret: Secret, path: string): Secret {
        if (isUnsealed(secret) || secret.keyId === keyId) return secret
        return { seal: open(id, path, secret) }
      }
    },

    isCurrent({ state, chain, keyId }) {
      const { id: first } = sealingKey(keys, 'record')
      let current = keyId === first
      mapSecrets({ state, chain }, (secret) => {
        if (isUnsealed(secret)) return emptySeal
        if (secret.keyId !== first) current = false
        return secret
      })
      return current
    },

    chainKey({ id, chain }) {
      return isUnsealed(chain.key) ? chain.key.seal : open(id, chainKeyPath, chain.key)
    },
  }
}

/** What a sealed place is for: its path without the ids of items. */
function purposeOf(path: string): string {
  if (path === chainKeyPath) return 'chain-key'
  if (path.startsWith('state/totp/')) return 'totp-secret'
  if (path === 'state/sms/code/digest') return 'sms-code-digest'
  if (path.startsWith('state/sms/')) return 'phone-number'
  return path.startsWith('state/backup-code/') ? 'backup-code-digest' : 'other'
}

/** A new attempt id: random, never taken from outside. */
export function newAttemptId(random: Random): string {
  return encodeBase64url(random(12))
}
