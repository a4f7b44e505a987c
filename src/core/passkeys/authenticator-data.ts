import type { CoseKey } from './cose-key.ts'
import { coseKeyOf } from './cose-key.ts'
import { isCborMap, readCbor } from './cbor.ts'
import { passkeyLimits as limits } from './limits.ts'

export interface AttestedCredential {
  readonly aaguid: Uint8Array
  readonly id: Uint8Array
  /** The COSE key as the authenticator wrote it. */
  readonly publicKey: Uint8Array
  readonly key: CoseKey
}

export interface AuthenticatorData {
  readonly rpIdHash: Uint8Array
  readonly userPresent: boolean
  readonly userVerified: boolean
  readonly backupEligible: boolean
  readonly backedUp: boolean
  readonly counter: number
  /** In a registration only. */
  readonly attested: AttestedCredential | null
}

/** The hash of the RP ID, the flags and the counter. */
const leastBytes = 37
const aaguidBytes = 16

function readAttested(bytes: Uint8Array): { readonly attested: AttestedCredential; readonly end: number } | null {
  const idAt = leastBytes + aaguidBytes + 2
  if (bytes.length < idAt) return null
  const idBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint16(idAt - 2)
  const keyAt = idAt + idBytes
  if (idBytes < 1 || idBytes > limits.credentialId || bytes.length < keyAt) return null
  const read = readCbor(bytes, keyAt)
  const key = read === null ? null : coseKeyOf(read.value)
  if (read === null || key === null) return null
  const aaguid = bytes.slice(leastBytes, leastBytes + aaguidBytes)
  return {
    attested: { aaguid, id: bytes.slice(idAt, keyAt), publicKey: bytes.slice(keyAt, read.end), key },
    end: read.end,
  }
}

/**
 * Reads authenticator data to its last byte. It must have exactly the parts that its flags announce [PKR-19]. Extension
 * outputs must be well-formed, and are not used [PKR-14]. A credential that is backed up but not backup-eligible is
 * malformed [PKR-8].
 */
export function readAuthenticatorData(bytes: Uint8Array): AuthenticatorData | null {
  if (bytes.length < leastBytes || bytes.length > limits.authenticatorData) return null
  const has = (bit: number): boolean => (bytes[32]! & (1 << bit)) !== 0
  const [userPresent, userVerified, backupEligible, backedUp] = [has(0), has(2), has(3), has(4)]
  if (backedUp && !backupEligible) return null
  const read = has(6) ? readAttested(bytes) : { attested: null, end: leastBytes }
  if (read === null) return null
  const extensions = has(7) ? readCbor(bytes, read.end) : null
  if (has(7) && !isCborMap(extensions?.value)) return null
  if ((extensions?.end ?? read.end) !== bytes.length) return null
  return {
    rpIdHash: bytes.slice(0, 32),
    userPresent,
    userVerified,
    backupEligible,
    backedUp,
    counter: new DataView(bytes.buffer, bytes.byteOffset).getUint32(33),
    attested: read.attested,
  }
}
