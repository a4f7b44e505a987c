import { frame } from '../bytes.ts'
import { hmacSha256, sha256 } from '../hmac.ts'

/**
 * What the rows of a history are authenticated with, to the byte. H is a random key that is made with the record. A MAC
 * proves each row, and the running digest d shows that none is missing.
 */

/** The history that a row belongs to. */
export interface Place {
  readonly realm: string
  /** The id of the record. */
  readonly id: string
}

export type Fields = Readonly<Record<string, string>>

export const historyKeyLength = 32
export const saltLength = 16

/** p_n: the address, network and browser of a row. It stays when they are shortened. */
export function privateMac(
  key: Uint8Array,
  place: Place,
  { n, salt, fields }: { readonly n: number; readonly salt: Uint8Array; readonly fields: Fields },
): Uint8Array {
  return rowMac('nightlatch/event-private/v1', key, place, { n, parts: [salt], fields })
}

/** s_n: what is left of p_n's fields after they were shortened. */
export function shortMac(
  key: Uint8Array,
  place: Place,
  { n, p, fields }: { readonly n: number; readonly p: Uint8Array; readonly fields: Fields },
): Uint8Array {
  return rowMac('nightlatch/event-short/v1', key, place, { n, parts: [p], fields })
}

/** m_n: a whole row. `version` is the one that the row's commit makes. */
export function eventMac(
  key: Uint8Array,
  place: Place,
  row: {
    readonly n: number
    readonly version: string
    readonly type: string
    readonly at: number
    readonly p: Uint8Array
    readonly fields: Fields
  },
): Uint8Array {
  const { n, version, type, at, p, fields } = row
  return rowMac('nightlatch/event/v1', key, place, { n, parts: [version, type, u64(at), p], fields })
}

/** HMAC(H, frame(label, realm, id, n, parts, count of fields, (name, value) of each)). */
function rowMac(
  label: string,
  key: Uint8Array,
  { realm, id }: Place,
  {
    n,
    parts,
    fields,
  }: { readonly n: number; readonly parts: readonly (string | Uint8Array)[]; readonly fields: Fields },
): Uint8Array {
  return hmacSha256(key, frame(label, realm, id, u64(n), ...parts, ...listedFields(fields)))
}

/** d_0: the digest of the empty history. */
export function firstDigest({ realm, id }: Place): Uint8Array {
  return sha256(frame('nightlatch/history/v1', realm, id))
}

/** d_n. */
export function nextDigest(before: Uint8Array, n: number, m: Uint8Array): Uint8Array {
  return sha256(frame('nightlatch/history/v1', before, u64(n), m))
}

/** 8 bytes, big-endian. */
export function u64(n: number): Uint8Array {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, Math.floor(n / 2 ** 32))
  view.setUint32(4, n % 2 ** 32)
  return bytes
}

/** The entries of fields, names ascending by their UTF-8 bytes. */
export function sortedEntries(fields: Fields): readonly (readonly [name: string, value: string])[] {
  return Object.entries(fields).sort(([a], [b]) => compareUtf8(a, b))
}

/** The count of the fields, then the name and the value of each. */
export function listedFields(fields: Fields): readonly (string | Uint8Array)[] {
  const entries = sortedEntries(fields)
  return [u64(entries.length), ...entries.flat()]
}

/** Whether a value that somebody may have changed is fields. */
export function isFields(value: unknown): value is Fields {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => typeof one === 'string')
  )
}

/** Whether a value that somebody may have changed is a time or a number. */
export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function compareUtf8(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (left !== right) return byteOrder(left) - byteOrder(right)
  }
  return a.length - b.length
}

/** The halves of a character above U+FFFF come after all others in UTF-8, but not in UTF-16. */
function byteOrder(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x2000 : unit >= 0xe000 ? unit - 0x800 : unit
}
