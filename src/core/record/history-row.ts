import { decodeBase64url, encodeBase64url } from '../bytes.ts'
import type { Fields } from './history-form.ts'
import { isFields, saltLength, sortedEntries } from './history-form.ts'

/** A row as it is stored. `body` is opaque to the storage. */
export interface StoredEvent {
  readonly n: number
  readonly type: string
  /** ms since epoch */
  readonly at: number
  readonly body: string
}

/** What the body of a row holds. All bytes are base64url in the text. */
export interface EventBody {
  /** The version of the record that the row's commit made. */
  readonly version: string
  readonly fields: Fields
  readonly detail:
    | { readonly kind: 'private'; readonly salt: Uint8Array; readonly fields: Fields }
    | { readonly kind: 'short'; readonly fields: Fields; readonly s: Uint8Array }
  readonly p: Uint8Array
  readonly m: Uint8Array
}

const digestLength = 32

/** Names of fields that retention takes. */
const privateNames: readonly string[] = ['ip', 'network', 'userAgent']

/** The fields of an event, those that retention takes apart. */
export function splitFields(fields: Fields): { readonly open: Fields; readonly private: Fields } {
  const open: [string, string][] = []
  const hidden: [string, string][] = []
  for (const entry of Object.entries(fields)) (privateNames.includes(entry[0]) ? hidden : open).push(entry)
  return { open: Object.fromEntries(open), private: Object.fromEntries(hidden) }
}

/** The one text of a body. */
export function writeBody({ version, fields, detail, p, m }: EventBody): string {
  const listed = Object.fromEntries(sortedEntries(detail.fields))
  return JSON.stringify({
    version,
    fields: Object.fromEntries(sortedEntries(fields)),
    ...(detail.kind === 'private'
      ? { private: { salt: encodeBase64url(detail.salt), fields: listed } }
      : { short: { fields: listed, s: encodeBase64url(detail.s) } }),
    p: encodeBase64url(p),
    m: encodeBase64url(m),
  })
}

/** Null for any text that {@link writeBody} would not write. So no other text is taken for a row. */
export function readBody(text: unknown): EventBody | null {
  if (typeof text !== 'string') return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const { version, fields, private: full, short, p, m } = partsOf(value)
  const detail = short === undefined ? privateOf(full) : shortOf(short)
  const [pBytes, mBytes] = [bytesOf(p, digestLength), bytesOf(m, digestLength)]
  if (typeof version !== 'string' || !isFields(fields) || detail === null || pBytes === null || mBytes === null) {
    return null
  }
  const body: EventBody = { version, fields, detail, p: pBytes, m: mBytes }
  return writeBody(body) === text ? body : null
}

function privateOf(value: unknown): EventBody['detail'] | null {
  const { salt, fields } = partsOf(value)
  const bytes = bytesOf(salt, saltLength)
  return bytes !== null && isFields(fields) ? { kind: 'private', salt: bytes, fields } : null
}

function shortOf(value: unknown): EventBody['detail'] | null {
  const { fields, s } = partsOf(value)
  const bytes = bytesOf(s, digestLength)
  return bytes !== null && isFields(fields) ? { kind: 'short', fields, s: bytes } : null
}

function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function bytesOf(text: unknown, length: number): Uint8Array | null {
  const bytes = typeof text === 'string' ? decodeBase64url(text) : null
  return bytes?.length === length ? bytes : null
}
