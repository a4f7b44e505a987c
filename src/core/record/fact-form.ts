import { decodeBase64url, encodeBase64url, frame } from '../bytes.ts'
import { equalBytes } from '../compare.ts'
import { hmacSha256 } from '../hmac.ts'
import type { Fields } from './history-form.ts'
import { isFields, isWhole, listedFields, u64 } from './history-form.ts'

/**
 * What a fact is authenticated with, to the byte. No record counts facts. So a fact that was changed or inserted is
 * found, and one that was removed is not.
 */

/** The record that a fact belongs to. Null: it belongs to none. */
export interface FactPlace {
  readonly realm: string
  readonly recordId: string | null
}

/** A fact as nightlatch made it. */
export interface NewFact {
  readonly id: string
  readonly type: string
  /** ms since epoch */
  readonly at: number
  readonly fields: Fields
}

export interface StoredFact extends NewFact {
  /** base64url */
  readonly mac: string
}

/** HMAC(key of facts, frame(label, realm, record id, id, type, at, count of fields, (name, value) of each)). */
export function factMac(
  key: Uint8Array,
  { realm, recordId }: FactPlace,
  { id, type, at, fields }: NewFact,
): Uint8Array {
  const framed = frame('nightlatch/fact/v1', realm, recordId ?? '', id, type, u64(at), ...listedFields(fields))
  return hmacSha256(key, framed)
}

export function signFact(key: Uint8Array, place: FactPlace, fact: NewFact): StoredFact {
  return { ...fact, mac: encodeBase64url(factMac(key, place, fact)) }
}

/** Whether the row is as it was written, and in its place. Somebody may have put any value into it. */
export function isFactGenuine(key: Uint8Array, place: FactPlace, row: StoredFact): boolean {
  const { id, type, at, fields, mac } = row as { readonly [Name in keyof StoredFact]: unknown }
  if (typeof id !== 'string' || typeof type !== 'string' || !isWhole(at) || !isFields(fields)) return false
  const bytes = typeof mac === 'string' ? decodeBase64url(mac) : null
  return bytes !== null && equalBytes(bytes, factMac(key, place, { id, type, at, fields }))
}
