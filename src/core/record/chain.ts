import { decodeBase64url, encodeBase64url, frame, utf8 } from '../bytes.ts'
import { equalBytes } from '../compare.ts'
import { hmacSha256, sha256 } from '../hmac.ts'

/** One field of a stored event. Retention may remove `value` and `salt`. It never removes `c`. */
export interface ChainedField {
  readonly value?: string
  readonly salt?: string
  readonly c: string
}

export interface ChainedRow {
  readonly n: number
  readonly type: string
  /** ms since epoch */
  readonly at: number
  readonly fields: Readonly<Record<string, ChainedField>>
  readonly link: string
}

/** The newest event of a record's history, and how much of the history is left. Links are base64url. */
export interface ChainHead {
  /** The number of the newest event. 0 before the first. */
  readonly n: number
  readonly link: string
  /** Events below this number may lack the salt and value of `ip`. */
  readonly shortenedBelow: number
  /** Events below `from` were removed. `link` is that of the event before `from`. */
  readonly kept: { readonly from: number; readonly link: string }
}

export const saltLength = 16

const zeroLink: string = encodeBase64url(new Uint8Array(32))

export const emptyChain: ChainHead = {
  n: 0,
  link: zeroLink,
  shortenedBelow: 1,
  kept: { from: 1, link: zeroLink },
}

/** c = SHA-256(frame(label, salt, name, stored text)). So a field can be removed later without breaking the chain. */
export function fieldDigest(salt: Uint8Array, name: string, value: string): Uint8Array {
  return sha256(frame('nightlatch/field/v1', salt, name, value))
}

/** link_n = HMAC(chain key, frame(label, record id, n, type, at, link of n−1, then name and c of each field)). */
export function linkOf(
  chainKey: Uint8Array,
  recordId: string,
  row: Pick<ChainedRow, 'n' | 'type' | 'at'>,
  previous: Uint8Array,
  digests: readonly (readonly [name: string, c: Uint8Array])[],
): Uint8Array {
  const parts: (string | Uint8Array)[] = [
    'nightlatch/link/v1',
    recordId,
    String(row.n),
    row.type,
    String(row.at),
    previous,
  ]
  for (const [name, c] of [...digests].sort(([a], [b]) => (a < b ? -1 : 1))) parts.push(utf8(name), c)
  return hmacSha256(chainKey, frame(...parts))
}

export interface UnlinkedEvent {
  readonly type: string
  readonly at: number
  readonly fields: Readonly<Record<string, string>>
}

/** Numbers, salts and links new events after the head. `salt` gives 16 random bytes at each call. */
export function appendEvents(
  head: ChainHead,
  recordId: string,
  chainKey: Uint8Array,
  events: readonly UnlinkedEvent[],
  salt: () => Uint8Array,
): { readonly head: ChainHead; readonly rows: readonly ChainedRow[] } {
  const rows: ChainedRow[] = []
  let { n, link } = head
  for (const event of events) {
    n += 1
    const digests: [string, Uint8Array][] = []
    const fields: Record<string, ChainedField> = {}
    for (const [name, value] of Object.entries(event.fields)) {
      const fieldSalt = salt()
      const c = fieldDigest(fieldSalt, name, value)
      digests.push([name, c])
      fields[name] = { value, salt: encodeBase64url(fieldSalt), c: encodeBase64url(c) }
    }
    const { type, at } = event
    const previous = decodeBase64url(link) ?? new Uint8Array()
    link = encodeBase64url(linkOf(chainKey, recordId, { n, type, at }, previous, digests))
    rows.push({ n, type, at, fields, link })
  }
  return { head: { ...head, n, link }, rows }
}

export type FieldFault = { readonly name: string; readonly fault: 'changed' | 'missing' }

/** Compares each value with its digest. A missing value is a fault unless retention may have removed it. */
export function checkFields(row: ChainedRow, head: ChainHead): readonly FieldFault[] {
  const faults: FieldFault[] = []
  for (const [name, field] of Object.entries(row.fields)) {
    if (field.value === undefined || field.salt === undefined) {
      const shortened = name === 'ip' && row.n < head.shortenedBelow
      if (!shortened) faults.push({ name, fault: 'missing' })
      continue
    }
    const salt = decodeBase64url(field.salt)
    const c = decodeBase64url(field.c)
    const same = salt !== null && c !== null && equalBytes(fieldDigest(salt, name, field.value), c)
    if (!same) faults.push({ name, fault: 'changed' })
  }
  return faults
}

/** For a row in a form that no release writes: the names of its unreadable fields. Null for a row that can be read. */
export function unreadableParts(row: ChainedRow): readonly string[] | null {
  const { type, at, link, fields } = row as Readonly<Record<keyof ChainedRow, unknown>>
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return []
  const names = Object.entries(fields)
    .filter(([, field]) => !isField(field))
    .map(([name]) => name)
  const whole = typeof type === 'string' && typeof at === 'number' && typeof link === 'string'
  return whole && names.length === 0 ? null : names
}

function isField(field: unknown): boolean {
  if (typeof field !== 'object' || field === null) return false
  const { value, salt, c } = field as Record<string, unknown>
  const isText = (part: unknown): boolean => part === undefined || typeof part === 'string'
  return typeof c === 'string' && isText(value) && isText(salt)
}

/** Computes the link of a row after another link. Null if that link or a digest is not base64url. */
export function linkFor(
  row: ChainedRow,
  chainKey: Uint8Array,
  recordId: string,
  previousLink: string,
  as: number = row.n,
): string | null {
  const previous = decodeBase64url(previousLink)
  if (previous === null) return null
  const digests: [string, Uint8Array][] = []
  for (const [name, field] of Object.entries(row.fields)) {
    const c = decodeBase64url(field.c)
    if (c === null) return null
    digests.push([name, c])
  }
  const { type, at } = row
  return encodeBase64url(linkOf(chainKey, recordId, { n: as, type, at }, previous, digests))
}

/** Whether the row's link follows from the row and the link before it. `as` tries it under another number. */
export function isLinkValid(
  row: ChainedRow,
  chainKey: Uint8Array,
  recordId: string,
  previousLink: string,
  as: number = row.n,
): boolean {
  const made = linkFor(row, chainKey, recordId, previousLink, as)
  return made !== null && equalBytes(utf8(made), utf8(row.link))
}
