import { decodeBase64url, encodeBase64url } from '../bytes.ts'
import type { Fields, Place } from './history-form.ts'
import { eventMac, firstDigest, nextDigest, privateMac } from './history-form.ts'
import type { StoredEvent } from './history-row.ts'
import { splitFields, writeBody } from './history-row.ts'

/** What the record keeps of its history. Digests are base64url. */
export interface HistoryHead {
  /** The number of the newest row. 0 before the first. */
  readonly n: number
  /** d_n */
  readonly d: string
  /** Rows below this number were removed. What is left of them is no fault. */
  readonly from: number
  /** d_(from−1) */
  readonly before: string
  /** Rows below this number are shortened. */
  readonly shortenedBelow: number
  /** Rows between the two marks may be shortened already, or not yet. */
  readonly shorteningBelow: number
}

export function emptyHistory(place: Place): HistoryHead {
  const d = encodeBase64url(firstDigest(place))
  return { n: 0, d, from: 1, before: d, shortenedBelow: 1, shorteningBelow: 1 }
}

/** What retention changes in a head. Only forward, and only in the record that was read: `birth` names it. */
export interface HistoryMarks {
  readonly birth: string
  readonly shorteningBelow?: number
  readonly shortenedBelow?: number
  /** Where the history begins from now on, and the digest of what was before. */
  readonly begin?: { readonly from: number; readonly before: string }
}

export function withMarks(
  head: HistoryHead,
  { shorteningBelow = 1, shortenedBelow = 1, begin }: Omit<HistoryMarks, 'birth'>,
): HistoryHead {
  const shortening = Math.max(head.shorteningBelow, Math.min(shorteningBelow, head.n + 1))
  const shortened = Math.max(head.shortenedBelow, Math.min(shortenedBelow, shortening))
  const isLater = begin !== undefined && begin.from > head.from && begin.from <= head.n + 1
  return { ...head, ...(isLater ? begin : {}), shorteningBelow: shortening, shortenedBelow: shortened }
}

export interface NewEvent {
  readonly type: string
  readonly at: number
  readonly fields: Fields
}

/** The rows of one commit after the head. `version` is the one that the commit makes. `salt` gives random bytes. */
export function appendEvents(
  head: HistoryHead,
  {
    place,
    key,
    version,
    salt,
  }: {
    readonly place: Place
    readonly key: Uint8Array
    readonly version: string
    readonly salt: () => Uint8Array
  },
  events: readonly NewEvent[],
): { readonly head: HistoryHead; readonly rows: readonly StoredEvent[] } {
  if (events.length === 0) return { head, rows: [] }
  let { n } = head
  let digest = digestOf(head.d)
  const rows = events.map(({ type, at, fields: all }): StoredEvent => {
    n += 1
    const { open: fields, private: hidden } = splitFields(all)
    const detail = { kind: 'private', salt: salt(), fields: hidden } as const
    const p = privateMac(key, place, { n, ...detail })
    const m = eventMac(key, place, { n, version, type, at, p, fields })
    digest = nextDigest(digest, n, m)
    return { n, type, at, body: writeBody({ version, fields, detail, p, m }) }
  })
  return { head: { ...head, n, d: encodeBase64url(digest) }, rows }
}

/** The bytes of a digest of an authenticated head. */
export function digestOf(text: string): Uint8Array {
  return decodeBase64url(text) ?? new Uint8Array()
}
