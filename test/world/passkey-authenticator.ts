import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { PasskeyCreationOptions, PasskeyRequestOptions } from '../../src/core/passkeys/index.ts'
import { encodeCbor } from './cbor.ts'
import type { Cbor } from './cbor.ts'

/** COSE: ES256, EdDSA, RS256. */
export type PasskeyAlgorithm = -7 | -8 | -257

/** What the authenticator claims of itself and of a ceremony: set for all its calls, or for one. */
export interface AuthenticatorTraits {
  readonly userPresent?: boolean
  readonly userVerified?: boolean
  readonly backupEligible?: boolean
  readonly backedUp?: boolean
  /** The counter of the next signature, from which the later ones go on. 0: it never counts. */
  readonly counter?: number
  readonly transports?: readonly string[]
}

/** What a browser sends. Every field but the origin stands for a true value that it replaces. */
export interface BrowserWords {
  readonly origin: string
  readonly type?: string
  readonly challenge?: string
  readonly crossOrigin?: boolean
  readonly topOrigin?: string
  readonly rpId?: string
  readonly userHandle?: string | null
  /** Changes what is signed, before it is signed. */
  readonly clientData?: (fields: Record<string, unknown>) => unknown
  readonly authenticatorData?: (bytes: Uint8Array) => Uint8Array
  /** The outputs of authenticator extensions. */
  readonly extensions?: ReadonlyMap<string, Cbor>
  /** What it says of the passkey, by `credProps`. */
  readonly discoverable?: boolean
  readonly attestedId?: Uint8Array
  readonly publicKey?: (key: ReadonlyMap<number, Cbor>) => Cbor
  readonly attestation?: (parts: {
    readonly fmt: string
    readonly attStmt: ReadonlyMap<string, Cbor>
    readonly authData: Uint8Array
    readonly clientDataHash: Uint8Array
  }) => Cbor
  readonly signature?: (bytes: Uint8Array) => Uint8Array
}

/** As `PublicKeyCredential.toJSON()` gives it in the page. */
export interface RegistrationResponseJson {
  readonly id: string
  readonly rawId: string
  readonly type: 'public-key'
  readonly authenticatorAttachment: 'platform'
  readonly clientExtensionResults: Readonly<Record<string, unknown>>
  readonly response: {
    readonly clientDataJSON: string
    readonly attestationObject: string
    readonly authenticatorData: string
    readonly transports: readonly string[]
    readonly publicKeyAlgorithm: number
  }
}

/** As `PublicKeyCredential.toJSON()` gives it in the page. */
export interface AuthenticationResponseJson {
  readonly id: string
  readonly rawId: string
  readonly type: 'public-key'
  readonly authenticatorAttachment: 'platform'
  readonly clientExtensionResults: Readonly<Record<string, unknown>>
  readonly response: {
    readonly clientDataJSON: string
    readonly authenticatorData: string
    readonly signature: string
    readonly userHandle?: string
  }
}

export interface Authenticator {
  /** The ids of the passkeys that it holds, base64url. */
  readonly ids: readonly string[]
  /** Throws what a browser rejects with: `InvalidStateError` for a passkey that is held already. */
  create(options: PasskeyCreationOptions, words: BrowserWords & AuthenticatorTraits): RegistrationResponseJson
  /** Throws what a browser rejects with: `NotAllowedError` when it holds none that is asked for. */
  get(options: PasskeyRequestOptions, words: BrowserWords & AuthenticatorTraits): AuthenticationResponseJson
  forget(id: string): void
  /** Everything that it holds, as `held` takes it. */
  copy(): readonly PasskeyCopy[]
}

/** A passkey with its private key, which no honest authenticator shows. */
export interface PasskeyCopy {
  readonly id: string
  readonly rpId: string
  readonly userHandle: string
  readonly algorithm: PasskeyAlgorithm
  /** PKCS #8, base64url */
  readonly privateKey: string
}

interface Credential {
  readonly id: string
  readonly rpId: string
  readonly userHandle: string
  readonly algorithm: PasskeyAlgorithm
  readonly privateKey: KeyObject
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest()

function makeKeys(algorithm: PasskeyAlgorithm): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  if (algorithm === -8) return generateKeyPairSync('ed25519')
  if (algorithm === -257) return generateKeyPairSync('rsa', { modulusLength: 2048 })
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

/**
 * The public key is cut out of its SPKI, which ends with the key itself. An export as JWK would be shorter, but Node 20
 * can stop for good in it: it holds a lock while it allocates, and the garbage collection may wait for the same lock.
 */
function coseKey(algorithm: PasskeyAlgorithm, publicKey: KeyObject): ReadonlyMap<number, Cbor> {
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const end = (from: number, to = 0): Uint8Array => spki.subarray(spki.length - from, spki.length - to)
  const entries: Readonly<Record<PasskeyAlgorithm, readonly (readonly [number, Cbor])[]>> = {
    [-7]: [
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, end(64, 32)],
      [-3, end(32)],
    ],
    [-8]: [
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, end(32)],
    ],
    [-257]: [
      [1, 3],
      [3, -257],
      // The modulus of 256 bytes, two bytes of DER, the exponent of three.
      [-1, end(261, 5)],
      [-2, end(3)],
    ],
  }
  return new Map(entries[algorithm])
}

function domError(name: string): Error {
  return Object.assign(new Error(name), { name })
}

/**
 * An authenticator in software with a browser in front of it, honest unless told otherwise: for every field there is a
 * way to lie. Its passkeys are synced and verify the user unless it is made otherwise.
 */
export function createAuthenticator(
  options: AuthenticatorTraits & {
    readonly algorithm?: PasskeyAlgorithm
    /** `packed`: it attests by the passkey's own key. Default `none`. */
    readonly attestation?: 'none' | 'packed'
    /** 16 bytes */
    readonly aaguid?: Uint8Array
    readonly idLength?: number
    readonly held?: readonly PasskeyCopy[]
  } = {},
): Authenticator {
  const { algorithm = -7, attestation = 'none', aaguid = new Uint8Array(16), idLength = 16, ...own } = options
  const held: Credential[] = (options.held ?? []).map((one) => ({
    ...one,
    privateKey: createPrivateKey({ key: Buffer.from(one.privateKey, 'base64url'), type: 'pkcs8', format: 'der' }),
  }))
  let counter = own.counter ?? 0

  function count(words: AuthenticatorTraits): number {
    const now = words.counter ?? counter
    counter = now === 0 ? 0 : now + 1
    return now
  }

  function authenticatorData(
    rpId: string,
    words: BrowserWords & AuthenticatorTraits,
    attested: Uint8Array,
  ): Uint8Array {
    const traits = { userPresent: true, userVerified: true, backupEligible: true, backedUp: true, ...own, ...words }
    const flags =
      (traits.userPresent ? 1 : 0) |
      (traits.userVerified ? 4 : 0) |
      (traits.backupEligible ? 8 : 0) |
      (traits.backedUp ? 16 : 0) |
      (attested.length > 0 ? 64 : 0) |
      (words.extensions === undefined ? 0 : 128)
    const counted = Buffer.alloc(4)
    counted.writeUInt32BE(count(words))
    const extensions = words.extensions === undefined ? new Uint8Array(0) : encodeCbor(words.extensions)
    const bytes = Buffer.concat([sha256(words.rpId ?? rpId), Uint8Array.of(flags), counted, attested, extensions])
    return words.authenticatorData?.(bytes) ?? bytes
  }

  function clientData(type: string, challenge: string, words: BrowserWords): Uint8Array {
    const { origin, crossOrigin = false, topOrigin } = words
    const fields = { type: words.type ?? type, challenge: words.challenge ?? challenge, origin, crossOrigin }
    const framed = topOrigin === undefined ? fields : { ...fields, topOrigin }
    return Buffer.from(JSON.stringify(words.clientData?.({ ...framed }) ?? framed))
  }

  function signed(privateKey: KeyObject, how: PasskeyAlgorithm, data: Uint8Array, client: Uint8Array): Uint8Array {
    return sign(how === -8 ? null : 'sha256', Buffer.concat([data, sha256(client)]), privateKey)
  }

  function create(asked: PasskeyCreationOptions, words: BrowserWords & AuthenticatorTraits): RegistrationResponseJson {
    if (asked.excludeCredentials.some(({ id }) => held.some((one) => one.id === id)))
      throw domError('InvalidStateError')
    const { publicKey, privateKey } = makeKeys(algorithm)
    const idBytes = randomBytes(idLength)
    const id = base64url(idBytes)
    held.push({ id, rpId: asked.rp.id, userHandle: asked.user.id, algorithm, privateKey })
    const attestedId = words.attestedId ?? idBytes
    const key = coseKey(algorithm, publicKey)
    const length = Uint8Array.of(attestedId.length >> 8, attestedId.length & 0xff)
    const attested = Buffer.concat([
      aaguid,
      length,
      attestedId,
      encodeCbor(words.publicKey === undefined ? key : words.publicKey(key)),
    ])
    const authData = authenticatorData(asked.rp.id, words, attested)
    const client = clientData('webauthn.create', asked.challenge, words)
    const signature = signed(privateKey, algorithm, authData, client)
    const attStmt: ReadonlyMap<string, Cbor> =
      attestation === 'none'
        ? new Map()
        : new Map<string, Cbor>([
            ['alg', algorithm],
            ['sig', words.signature?.(signature) ?? signature],
          ])
    const parts = { fmt: attestation, attStmt, authData }
    const attestationObject =
      words.attestation === undefined
        ? new Map(Object.entries<Cbor>(parts))
        : words.attestation({ ...parts, clientDataHash: sha256(client) })
    return {
      id,
      rawId: id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: { credProps: { rk: words.discoverable ?? true } },
      response: {
        clientDataJSON: base64url(client),
        attestationObject: base64url(encodeCbor(attestationObject)),
        authenticatorData: base64url(authData),
        transports: words.transports ?? own.transports ?? ['internal', 'hybrid'],
        publicKeyAlgorithm: algorithm,
      },
    }
  }

  function get(asked: PasskeyRequestOptions, words: BrowserWords & AuthenticatorTraits): AuthenticationResponseJson {
    const isAsked = ({ id }: Credential): boolean =>
      asked.allowCredentials.length === 0 || asked.allowCredentials.some((one) => one.id === id)
    const credential = held.findLast((one) => one.rpId === asked.rpId && isAsked(one))
    if (credential === undefined) throw domError('NotAllowedError')
    const { id, privateKey } = credential
    const data = authenticatorData(asked.rpId, words, new Uint8Array(0))
    const client = clientData('webauthn.get', asked.challenge, words)
    const signature = signed(privateKey, credential.algorithm, data, client)
    const { userHandle = credential.userHandle } = words
    return {
      id,
      rawId: id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: {},
      response: {
        clientDataJSON: base64url(client),
        authenticatorData: base64url(data),
        signature: base64url(words.signature?.(signature) ?? signature),
        ...(userHandle === null ? {} : { userHandle }),
      },
    }
  }

  return {
    get ids() {
      return held.map(({ id }) => id)
    },
    create,
    get,
    forget(id) {
      held.splice(0, held.length, ...held.filter((one) => one.id !== id))
    },
    copy: () =>
      held.map((one) => ({ ...one, privateKey: base64url(one.privateKey.export({ type: 'pkcs8', format: 'der' })) })),
  }
}
