import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { concatBytes, decodeBase64url, encodeBase64url } from '../../core/bytes.ts'
import { NightlatchError } from '../../core/errors.ts'
import { subKey } from '../../core/hmac.ts'
import type { Sealed } from '../../core/secret.ts'
import { platformRandom } from './platform-random.ts'

/** Every purpose has a sub-key of its own [CRY-10]. */
const labels = {
  seal: 'nightlatch/seal/v1',
  record: 'nightlatch/record/v1',
  token: 'nightlatch/token/v1',
  outbox: 'nightlatch/outbox/v1',
} as const

export type KeyPurpose = keyof typeof labels

const keyPrefix = 'nlk1.'
const keyLength = 32
const nonceLength = 24
const fewestDistinctBytes = 12

interface Key {
  readonly id: string
  readonly subKeys: Readonly<Record<KeyPurpose, Uint8Array>>
}

const rings = new WeakMap<Keyring, readonly Key[]>()

/**
 * The keys of one installation. The first one seals, and all of them open. No key is in the object itself, so that none
 * is printed.
 */
export interface Keyring {
  /** Public ids of the keys, the sealing one first. */
  readonly keyIds: readonly string[]
}

/**
 * Reads the keys that `npx nightlatch keygen` made: one text, several separated by commas or spaces, or a list. The
 * first key seals, all open: to rotate, put a new one in front. Keys belong in the host's secret store, never in its
 * source or beside the data [CRY-9].
 *
 * @contract pure · a key ring · throws NL_KEYS
 * @example
 * const keys = keyring(process.env.NL_KEYS)
 */
export function keyring(texts: string | readonly string[] | undefined): Keyring {
  const listed: readonly unknown[] = typeof texts === 'string' ? texts.split(/[\s,]+/).filter(Boolean) : (texts ?? [])
  if (!Array.isArray(listed) || listed.length === 0) {
    throw new NightlatchError('NL_KEYS', 'keyring: no key given; make one with: npx nightlatch keygen')
  }
  const keys = Array.from(listed, readKey)
  const ids = keys.map((key) => key.id)
  if (new Set(ids).size !== ids.length) throw new NightlatchError('NL_KEYS', 'keyring: a key is given twice')
  const ring: Keyring = Object.freeze({ keyIds: Object.freeze(ids) })
  rings.set(ring, keys)
  return ring
}

/** The text of a new key from 32 random bytes. */
export function formatKey(bytes: Uint8Array): string {
  return keyPrefix + encodeBase64url(bytes)
}

/**
 * Makes the text of a new key, as `npx nightlatch keygen` prints it: for a first start or a test. The caller must keep
 * the text: without it nothing that was sealed can be opened.
 *
 * @contract effect(random) · the text of a key · throws none
 * @example
 * const keys = keyring(generateKey())
 */
export function generateKey(): string {
  return formatKey(platformRandom(keyLength))
}

function readKey(text: unknown, index: number): Key {
  const fault = (rule: string): NightlatchError => new NightlatchError('NL_KEYS', `keyring: key ${index + 1} ${rule}`)
  if (typeof text !== 'string' || !text.startsWith(keyPrefix)) {
    throw fault(`does not begin with ${keyPrefix}; make one with: npx nightlatch keygen`)
  }
  const bytes = decodeBase64url(text.slice(keyPrefix.length))
  if (bytes?.length !== keyLength) throw fault('is cut or mistyped: 43 characters follow the prefix')
  if (new Set(bytes).size < fewestDistinctBytes)
    throw fault('is weak: it repeats itself; make one with: npx nightlatch keygen')
  const subKeys = {
    seal: subKey(bytes, labels.seal),
    record: subKey(bytes, labels.record),
    token: subKey(bytes, labels.token),
    outbox: subKey(bytes, labels.outbox),
  }
  return { id: encodeBase64url(subKey(bytes, 'nightlatch/key-id/v1').subarray(0, 6)), subKeys }
}

function keysOf(ring: Keyring): readonly Key[] {
  const keys = rings.get(ring)
  if (keys === undefined) throw new NightlatchError('NL_CONFIG', 'keys must be what keyring() returned')
  return keys
}

export function isKeyring(value: unknown): value is Keyring {
  return typeof value === 'object' && value !== null && rings.has(value as Keyring)
}

/** The sealing key's sub-key for a purpose, with its id. */
export function sealingKey(ring: Keyring, purpose: KeyPurpose): { readonly id: string; readonly key: Uint8Array } {
  const key = keysOf(ring)[0]
  if (key === undefined) throw new NightlatchError('NL_KEYS', 'keyring: no key given')
  return { id: key.id, key: key.subKeys[purpose] }
}

/** Null if the ring does not have that key. */
export function keyById(ring: Keyring, purpose: KeyPurpose, id: string): Uint8Array | null {
  return keysOf(ring).find((key) => key.id === id)?.subKeys[purpose] ?? null
}

/** XChaCha20-Poly1305 under the first key, with a nonce drawn for this sealing alone [CRY-4, CRY-6]. */
export function sealBytes(
  ring: Keyring,
  purpose: KeyPurpose,
  plaintext: Uint8Array,
  associated: Uint8Array,
  nonce: Uint8Array,
): Sealed {
  const { id, key } = sealingKey(ring, purpose)
  const ciphertext = xchacha20poly1305(key, nonce, associated).encrypt(plaintext)
  return {
    alg: 'xchacha20-poly1305',
    keyId: id,
    nonce: encodeBase64url(nonce),
    ciphertext: encodeBase64url(ciphertext),
  }
}

/** Throws for an unknown key and for a broken seal, each with a code of its own for the operator [CRY-8]. */
export function openSealed(ring: Keyring, purpose: KeyPurpose, sealed: Sealed, associated: Uint8Array): Uint8Array {
  const key = keyById(ring, purpose, sealed.keyId)
  if (key === null) throw new NightlatchError('NL_KEY_UNKNOWN', 'a sealed value names a key that the key ring lacks')
  const nonce = decodeBase64url(sealed.nonce)
  const ciphertext = decodeBase64url(sealed.ciphertext)
  const broken = (cause?: unknown): NightlatchError =>
    new NightlatchError('NL_SEAL_BROKEN', 'a sealed value was changed, cut or moved', { cause })
  if (sealed.alg !== 'xchacha20-poly1305' || nonce?.length !== nonceLength || ciphertext === null) throw broken()
  try {
    return xchacha20poly1305(key, nonce, associated).decrypt(ciphertext)
  } catch (error) {
    throw broken(error)
  }
}

/** One text: key id, nonce and ciphertext. For tokens and outbox bodies. */
export function sealText(
  ring: Keyring,
  purpose: KeyPurpose,
  plaintext: Uint8Array,
  associated: Uint8Array,
  nonce: Uint8Array,
): string {
  const { id, key } = sealingKey(ring, purpose)
  const ciphertext = xchacha20poly1305(key, nonce, associated).encrypt(plaintext)
  return `nl1.${id}.${encodeBase64url(concatBytes(nonce, ciphertext))}`
}

/** Whether the ring has the key that a sealed text names. */
export function holdsKeyOf(ring: Keyring, text: string): boolean {
  const id = text.split('.')[1]
  return keysOf(ring).some((key) => key.id === id)
}

/** Whether a sealed text names the first key of the ring, which is the one that seals. */
export function isUnderFirstKey({ keyIds }: Keyring, text: string): boolean {
  return text.split('.')[1] === keyIds[0]
}

/** Null for anything that this ring did not seal for this purpose and with this associated data. */
export function openText(ring: Keyring, purpose: KeyPurpose, text: string, associated: Uint8Array): Uint8Array | null {
  const parts = text.split('.')
  const [prefix, id, body] = parts
  if (parts.length !== 3 || prefix !== 'nl1' || id === undefined || body === undefined) return null
  const key = keyById(ring, purpose, id)
  const bytes = decodeBase64url(body)
  if (key === null || bytes === null || bytes.length < nonceLength + 16) return null
  try {
    return xchacha20poly1305(key, bytes.subarray(0, nonceLength), associated).decrypt(bytes.subarray(nonceLength))
  } catch {
    return null
  }
}

export { nonceLength }
