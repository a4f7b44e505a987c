import type { PackedColumn } from './packed-column.ts'
import { packColumn, unpackColumn } from './packed-column.ts'
import type { Sealed } from '../secret.ts'
import { isSealed } from '../secret.ts'

/**
 * A list of entries of one shape, by columns, so that the names of the fields are stored once:
 *
 * - `{ "#": ["id,at", column, column] }`: objects with the same fields in the same order
 * - `{ "#,": [column, column] }`: lists of the same length
 */
type PackedRows =
  { readonly '#': readonly [names: string, ...columns: unknown[]] } | { readonly '#,': readonly unknown[] }

/** `{ "#s": "key id.nonce.ciphertext" }` */
interface PackedSealed {
  readonly '#s': string
}

type PackedList = PackedRows | PackedColumn
type Row = Readonly<Record<string, unknown>>

const mark = '#'
const markCode = mark.charCodeAt(0)
/** Shorter lists stay as they are: to unpack them takes longer than to read them. */
const fewest = 8

/**
 * How a list that was unpacked is stored, as long as the list lives. A state is never changed but copied, so a list
 * that a commit leaves alone need not be packed anew.
 */
const storedForms = new WeakMap<readonly unknown[], PackedList>()

/** A text up to this length is stored as it is: most records are short, and to pack them would only take time. */
const shortLength = 8192
const markedName = `"${mark}`

/** A JSON value as text. Its long lists are packed if the text would be long, or if they were packed before. */
export function writePacked(value: unknown, { before }: { readonly before: boolean }): string {
  if (before) return JSON.stringify(packLists(value))
  const text = JSON.stringify(value)
  return text.length <= shortLength && !hasPacked(text) ? text : JSON.stringify(packLists(value))
}

/** The value that {@link writePacked} was given. */
export function readPacked(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return hasPacked(text) ? unpackLists(value) : value
}

/** Whether a text may have packed lists. */
export function hasPacked(text: string): boolean {
  // One rare character is found many times faster than a text that begins with a frequent one.
  return text.includes(mark) && text.includes(markedName)
}

/**
 * A JSON value with its long lists packed. A packed list is an object with one field, whose name begins with `#`. Every
 * other field with such a name gets a second `#`.
 */
export function packLists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return storedForms.get(value) ?? packList(value)
  return packSealed(value) ?? withParts(value as Row, packLists, (name) => mark + name)
}

/** The value that {@link packLists} was given. */
export function unpackLists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return withItems(value, unpackLists)
  if (!isPacked(value as Row)) return withParts(value as Row, unpackLists, (name) => name.slice(mark.length))
  if ('#s' in value) return unpackSealed(value as PackedSealed)
  const packed = value as PackedList
  const list = unpackList(packed)
  storedForms.set(list, packed)
  return list
}

function packList(list: readonly unknown[]): unknown {
  const packed = list.length < fewest ? null : (packRows(list) ?? packColumn(list) ?? packTuples(list))
  return packed ?? withItems(list, packLists)
}

function packRows(rows: readonly unknown[]): PackedRows | null {
  const names = isRow(rows[0]) ? Object.keys(rows[0]) : []
  if (names.length === 0 || names.some((name) => name === '__proto__' || name.includes(','))) return null
  const columns: unknown[][] = names.map(() => [])
  for (const row of rows) {
    if (!isRow(row)) return null
    let at = 0
    for (const name in row) {
      // JSON leaves out what is undefined.
      if (name !== names[at] || row[name] === undefined) return null
      columns[at++]!.push(row[name])
    }
    if (at < names.length) return null
  }
  return { '#': [names.join(','), ...columns.map(packList)] }
}

const sealedFields = 'alg,keyId,nonce,ciphertext'

function packSealed(value: object): PackedSealed | null {
  if (!isSealed(value)) return null
  const { alg, keyId, nonce, ciphertext } = value
  const texts = [keyId, nonce, ciphertext]
  const fits = alg === 'xchacha20-poly1305' && texts.every((text) => typeof text === 'string' && !text.includes('.'))
  return fits && Object.keys(value).join(',') === sealedFields ? { '#s': texts.join('.') } : null
}

function unpackSealed({ '#s': joined }: PackedSealed): Sealed {
  const [keyId, nonce, ciphertext] = joined.split('.') as [string, string, string]
  return { alg: 'xchacha20-poly1305', keyId, nonce, ciphertext }
}

function packTuples(tuples: readonly unknown[]): PackedRows | null {
  const [first] = tuples
  if (!Array.isArray(first) || first.length === 0) return null
  const isLike = (tuple: unknown): tuple is unknown[] => Array.isArray(tuple) && tuple.length === first.length
  return tuples.every(isLike) ? { '#,': first.map((_, at) => packList(tuples.map((tuple) => tuple[at]))) } : null
}

function isPacked(value: Row): boolean {
  for (const name in value) return isMarked(name) && name[1] !== mark
  return false
}

function isMarked(name: string): boolean {
  return name.charCodeAt(0) === markCode
}

function unpackList(packed: PackedList): unknown[] {
  if ('#,' in packed) {
    const columns = unpackEach(packed['#,'])
    return columns[0]!.map((_, row) => columns.map((column) => column[row]))
  }
  if (!('#' in packed)) return unpackColumn(packed)
  const [joined, ...packedColumns] = packed['#']
  const names = joined.split(',')
  const columns = unpackEach(packedColumns)
  return columns[0]!.map((_, row) => {
    const fields: Record<string, unknown> = {}
    for (let at = 0; at < names.length; at++) fields[names[at]!] = columns[at]![row]
    return fields
  })
}

function unpackEach(columns: readonly unknown[]): unknown[][] {
  return columns.map((column) => {
    return (Array.isArray(column) ? withItems(column, unpackLists) : unpackList(column as PackedList)) as unknown[]
  })
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The list with other items. It is copied only if one differs. */
function withItems(list: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  let copy: unknown[] | null = null
  for (let at = 0; at < list.length; at++) {
    if (typeof list[at] !== 'object') continue
    const item = change(list[at])
    if (item === list[at]) continue
    copy ??= [...list]
    copy[at] = item
  }
  return copy ?? list
}

/** The object with other values, and with other names where they begin with `#`. It is copied only if one differs. */
function withParts(value: Row, change: (part: unknown) => unknown, rename: (name: string) => string): Row {
  let copy: Record<string, unknown> | null = null
  let hasMarked = false
  for (const name in value) {
    hasMarked ||= isMarked(name)
    if (typeof value[name] !== 'object') continue
    const part = change(value[name])
    if (part === value[name]) continue
    copy ??= { ...value }
    copy[name] = part
  }
  const changed = copy ?? value
  if (!hasMarked) return changed
  return Object.fromEntries(Object.entries(changed).map(([name, part]) => [isMarked(name) ? rename(name) : name, part]))
}
