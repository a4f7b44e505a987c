import type { Cbor, CborMap } from './cbor.ts'
import { isCborMap, readCbor } from './cbor.ts'

/** A public key of an offered algorithm [PKR-9]. */
export type CoseKey =
  | { readonly algorithm: -7; readonly x: Uint8Array; readonly y: Uint8Array }
  | { readonly algorithm: -8 }
  | { readonly algorithm: -257 }

const coordinateBytes = 32
/** 2048 to 4096 bits. Shorter ones can be factored. With longer ones a stranger could make the server work. */
const modulusBytes = { from: 256, to: 512 }
const longestExponent = 4

function isBytes(value: Cbor | undefined, from: number, to: number = from): value is Uint8Array {
  return value instanceof Uint8Array && value.length >= from && value.length <= to
}

/** Whether it is an odd positive number without leading zeros. RFC 8230 §4 writes modulus and exponent like this. */
function isOdd(value: Uint8Array): boolean {
  return value[0] !== 0 && value[value.length - 1]! % 2 === 1
}

function isRsa(key: CborMap): boolean {
  const [modulus, exponent] = [key.get(-1), key.get(-2)]
  if (!isBytes(modulus, modulusBytes.from, modulusBytes.to) || !isBytes(exponent, 1, longestExponent)) return false
  return isOdd(modulus) && isOdd(exponent) && !(exponent.length === 1 && exponent[0] === 1)
}

/**
 * Null unless it is a key of an offered algorithm on its one curve, with exactly the parameters that it needs (WebAuthn
 * L3 §5.8.5, §6.5.1.1).
 */
export function coseKeyOf(key: Cbor): CoseKey | null {
  if (!isCborMap(key)) return null
  const [kty, alg, crv, x, y] = [1, 3, -1, -2, -3].map((label) => key.get(label))
  if (kty === 2 && alg === -7 && crv === 1 && key.size === 5) {
    return isBytes(x, coordinateBytes) && isBytes(y, coordinateBytes) ? { algorithm: -7, x, y } : null
  }
  if (kty === 1 && alg === -8 && crv === 6 && key.size === 4) {
    return isBytes(x, coordinateBytes) ? { algorithm: -8 } : null
  }
  return kty === 3 && alg === -257 && key.size === 4 && isRsa(key) ? { algorithm: -257 } : null
}

/** Reads a stored key. No byte may follow it. */
export function readCoseKey(bytes: Uint8Array): CoseKey | null {
  const read = readCbor(bytes)
  return read !== null && read.end === bytes.length ? coseKeyOf(read.value) : null
}
