import { argumentError, requireObject, requireText } from '../arguments.ts'
import { cleanText } from '../text.ts'
import type {
  DraftEvent,
  DraftFact,
  EventType,
  Fact,
  FactType,
  FieldKind,
  Level,
  Outcome,
  SecurityEvent,
  SharedValues,
} from './catalogue.ts'
import { eventCatalogue, factCatalogue, sharedFields } from './catalogue.ts'
import { requireStored } from './rows.ts'

/** The value of one field, in the types of the catalogue. */
export type FieldValue = string | number | boolean | readonly string[]

/** The most code points of one field. */
export const fieldLength = 512

type Fields = Readonly<Record<string, FieldKind>>

/** An entry of the catalogue, without the types of its values. */
interface Entry {
  readonly outcome: Outcome
  readonly level: Level
  readonly fields: Fields
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

/**
 * Writes a value as stored text. Text is cleaned and cut, so that no row contains a control character [LOG-5].
 *
 * @contract pure · a text · throws NL_ARGUMENT (the value is not of the kind) · LOG-5
 * @example
 * encodeValue('list', ['totp', 'passkey']) // '["totp","passkey"]'
 */
export function encodeValue(kind: FieldKind, value: FieldValue): string {
  requireText(kind, 'kind')
  switch (kind) {
    case 'text':
      if (typeof value === 'string') return cleanText(value, fieldLength)
      break
    case 'number':
      if (Number.isFinite(value)) return String(value)
      break
    case 'flag':
      if (typeof value === 'boolean') return String(value)
      break
    case 'list':
      if (isList(value)) return JSON.stringify(value.map((item) => cleanText(item, fieldLength)))
  }
  throw argumentError('value', `a ${kind}`)
}

/**
 * Reads a stored text. It gives `undefined` for a text that is not of the kind, because a newer release may have
 * written it.
 *
 * @contract pure · value|undefined · throws none
 * @example
 * decodeValue('flag', 'true') // true
 */
export function decodeValue(kind: FieldKind, text: string): FieldValue | undefined {
  if (typeof text !== 'string') return undefined
  switch (kind) {
    case 'text':
      return text
    case 'number': {
      const value = Number(text)
      return Number.isFinite(value) && String(value) === text ? value : undefined
    }
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'list':
      return decodeList(text)
  }
}

function decodeList(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isList(value) ? value : undefined
  } catch {
    return undefined
  }
}

function encodeFields(fields: Fields, values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {}
  for (const name of Object.keys(values).sort()) {
    const value = values[name]
    if (value === undefined) continue
    if (!Object.hasOwn(fields, name)) throw argumentError(`field ${cleanText(name, 64)}`, 'one of the catalogue')
    texts[name] = encodeValue(fields[name]!, value as FieldValue)
  }
  return texts
}

function decodeFields(fields: Fields, texts: Readonly<Record<string, string | undefined>>): Record<string, FieldValue> {
  const values: Record<string, FieldValue> = {}
  for (const [name, kind] of Object.entries(fields)) {
    const text = Object.hasOwn(texts, name) ? texts[name] : undefined
    const value = text === undefined ? undefined : decodeValue(kind, text)
    if (value !== undefined) values[name] = value
  }
  return values
}

/** The entries with the shared fields, which are put together once. */
const wholeEntries = new WeakMap<Entry, Entry>()

function entryOf(catalogue: Readonly<Record<string, Entry>>, type: string): Entry | null {
  if (typeof type !== 'string' || !Object.hasOwn(catalogue, type)) return null
  const entry = catalogue[type]!
  const found = wholeEntries.get(entry)
  if (found !== undefined) return found
  const whole = { ...entry, fields: { ...sharedFields, ...entry.fields } }
  wholeEntries.set(entry, whole)
  return whole
}

function encode(
  catalogue: Readonly<Record<string, Entry>>,
  draft: { readonly type: string; readonly values: object },
  shared: SharedValues,
): Readonly<Record<string, string>> {
  requireObject(draft, 'draft')
  requireObject(draft.values, 'draft.values')
  requireObject(shared, 'shared')
  const entry = entryOf(catalogue, draft.type)
  if (entry === null) throw argumentError('type', 'one of the catalogue')
  return encodeFields(entry.fields, { ...shared, ...draft.values })
}

/**
 * Writes the fields of an event as stored texts, with their names in code unit order. Absent optional fields are left
 * out.
 *
 * @contract pure · texts by name · throws NL_ARGUMENT (a field that the catalogue does not have) · LOG-1
 * @example
 * const shared = { actor: 'user', call: 'c1' } as const
 * encodeEvent({ type: 'backup_code_use', values: { left: 9 } }, shared) // { actor: 'user', call: 'c1', left: '9' }
 */
export function encodeEvent(draft: DraftEvent, shared: SharedValues): Readonly<Record<string, string>> {
  return encode(eventCatalogue, draft, shared)
}

/**
 * Writes the fields of a fact as stored texts, with their names in code unit order. Absent optional fields are left
 * out.
 *
 * @contract pure · texts by name · throws NL_ARGUMENT (a field that the catalogue does not have) · LOG-1
 * @example
 * const shared = { actor: 'stranger', call: 'c1' } as const
 * encodeFact({ type: 'limiter_fail', values: { flow: 'sign-in' } }, shared).flow // 'sign-in'
 */
export function encodeFact(draft: DraftFact, shared: SharedValues): Readonly<Record<string, string>> {
  return encode(factCatalogue, draft, shared)
}

export interface StoredEvent {
  readonly n: number
  readonly type: string
  /** ms since epoch */
  readonly at: number
  readonly fields: Readonly<Record<string, string | undefined>>
}

export interface StoredFact {
  readonly id: string
  readonly type: string
  /** ms since epoch */
  readonly at: number
  readonly fields: Readonly<Record<string, string | undefined>>
}

/**
 * Reads a stored event. It gives null for a type that this release does not have. A field that is missing, unreadable
 * or unknown is absent.
 *
 * @contract pure · event|null · throws NL_ARGUMENT
 * @example
 * const event = decodeEvent({ n: 1, type: 'backup_code_use', at: now, fields: { left: '9' } })
 * if (event?.type === 'backup_code_use') event.values.left // 9
 */
export function decodeEvent(row: StoredEvent): SecurityEvent | null {
  requireStored(row, 'row')
  const { n, type, at, fields } = row
  const entry = entryOf(eventCatalogue, type)
  if (entry === null) return null
  const { outcome, level } = entry
  const values = decodeFields(entry.fields, fields)
  return { stream: 'events', type: type as EventType, n, at, outcome, level, values } as SecurityEvent
}

/**
 * Reads a stored fact. It gives null for a type that this release does not have. A field that is missing, unreadable or
 * unknown is absent.
 *
 * @contract pure · fact|null · throws NL_ARGUMENT
 * @example
 * decodeFact({ id: 'f1', type: 'of-a-newer-release', at: now, fields: {} }) // null
 */
export function decodeFact(row: StoredFact): Fact | null {
  requireStored(row, 'row')
  const { id, type, at, fields } = row
  const entry = entryOf(factCatalogue, type)
  if (entry === null) return null
  const { outcome, level } = entry
  const values = decodeFields(entry.fields, fields)
  return { stream: 'facts', type: type as FactType, id, at, outcome, level, values }
}
