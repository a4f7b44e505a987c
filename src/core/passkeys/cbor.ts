import { textOf } from '../bytes.ts'

/**
 * The CBOR values that authenticators write. Floats and `undefined` become null, because nothing here uses their value.
 */
export type Cbor = number | string | boolean | null | Uint8Array | readonly Cbor[] | CborMap
export type CborMap = ReadonlyMap<number | string, Cbor>

/** CTAP2 has four levels. Extensions may have a few more. */
const deepest = 8
const argumentWidths: readonly number[] = [1, 2, 4, 8]

interface Cursor {
  readonly bytes: Uint8Array
  at: number
}

function take(cursor: Cursor, length: number): Uint8Array | undefined {
  if (length > cursor.bytes.length - cursor.at) return undefined
  cursor.at += length
  return cursor.bytes.slice(cursor.at - length, cursor.at)
}

/**
 * Reads the argument of an item in its shortest form. Other forms, indefinite lengths and integers that a number cannot
 * hold exactly are malformed.
 */
function argumentOf(cursor: Cursor, short: number): number | undefined {
  if (short < 24) return short
  const width = argumentWidths[short - 24]
  const bytes = width === undefined ? undefined : take(cursor, width)
  if (width === undefined || bytes === undefined) return undefined
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  const least = width === 1 ? 24 : 256 ** (width / 2)
  return value >= least && Number.isSafeInteger(value) ? value : undefined
}

function simple(cursor: Cursor, short: number): Cbor | undefined {
  if (short === 20 || short === 21) return short === 21
  if (short === 22 || short === 23) return null
  const isFloat = short >= 25 && short <= 27
  return isFloat && take(cursor, 2 ** (short - 24)) !== undefined ? null : undefined
}

function textItem(bytes: Uint8Array | undefined): string | undefined {
  try {
    return bytes === undefined ? undefined : textOf(bytes)
  } catch {
    // The bytes are not UTF-8.
    return undefined
  }
}

function list(cursor: Cursor, count: number, depth: number): Cbor | undefined {
  if (depth === 0) return undefined
  const items: Cbor[] = []
  for (let i = 0; i < count; i++) {
    const value = item(cursor, depth - 1)
    if (value === undefined) return undefined
    items.push(value)
  }
  return items
}

function map(cursor: Cursor, count: number, depth: number): CborMap | undefined {
  if (depth === 0) return undefined
  const entries = new Map<number | string, Cbor>()
  for (let i = 0; i < count; i++) {
    const key = item(cursor, 0)
    const value = item(cursor, depth - 1)
    if ((typeof key !== 'number' && typeof key !== 'string') || entries.has(key) || value === undefined) {
      return undefined
    }
    entries.set(key, value)
  }
  return entries
}

/** Undefined if the item is malformed, or of a kind that authenticators must not write, such as tags (CTAP2 §8). */
function item(cursor: Cursor, depth: number): Cbor | undefined {
  const head = cursor.bytes[cursor.at]
  if (head === undefined) return undefined
  cursor.at++
  const major = head >> 5
  if (major === 7) return simple(cursor, head & 31)
  const argument = argumentOf(cursor, head & 31)
  // Every item takes at least one byte. So a count that is larger than the rest is refused at once.
  if (argument === undefined || (major > 1 && argument > cursor.bytes.length - cursor.at)) return undefined
  if (major === 0) return argument
  if (major === 1) return -1 - argument
  if (major === 2) return take(cursor, argument)
  if (major === 3) return textItem(take(cursor, argument))
  if (major === 4) return list(cursor, argument, depth)
  return major === 5 ? map(cursor, argument, depth) : undefined
}

/** Reads the item at `at` strictly. `end` is the place after it. Null if the item is malformed. */
export function readCbor(bytes: Uint8Array, at = 0): { readonly value: Cbor; readonly end: number } | null {
  const cursor: Cursor = { bytes, at }
  const value = item(cursor, deepest)
  return value === undefined ? null : { value, end: cursor.at }
}

export function isCborMap(value: Cbor | undefined): value is CborMap {
  return value instanceof Map
}
