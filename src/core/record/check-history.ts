import { encodeBase64url } from '../bytes.ts'
import { equalBytes } from '../compare.ts'
import type { RowCheck } from './check-row.ts'
import { genuineBody, isOfRecord } from './check-row.ts'
import { versionNumber } from './envelope.ts'
import { nextDigest } from './history-form.ts'
import { digestOf } from './history.ts'
import type { EventBody, StoredEvent } from './history-row.ts'
import { readBody } from './history-row.ts'

/** What is wrong in a stored history, by the numbers of rows. */
export type HistoryFault =
  /** The row is not as it was written, or not as it was left when it was shortened. */
  | { readonly fault: 'changed'; readonly n: number }
  | { readonly fault: 'removed'; readonly from: number; readonly to: number }
  | { readonly fault: 'added'; readonly n: number }
  /** The row that now has number `n` was written as number `was`. */
  | { readonly fault: 'reordered'; readonly n: number; readonly was: number }
  /** The record ends at `n`. A grant or an anchor shows that the history had more rows, or other rows up to there. */
  | { readonly fault: 'rolled-back'; readonly n: number }
  /** Each row is genuine, but some of them are not those that were committed. */
  | { readonly fault: 'cannot-be-told'; readonly from: number; readonly to: number }

/** A head that was kept elsewhere. `d` is base64url. */
export interface Anchor {
  readonly n: number
  readonly d: string
}

export interface HistoryCheck extends RowCheck {
  /** The version of the record that holds the head. */
  readonly version: string
  readonly anchor: Anchor | null
  /** The digest of the rows below this number is wanted. */
  readonly digestBelow?: number
}

/** Up to this many broken and missing rows, their former places are searched. The time grows with its square. */
const searchedRows = 24
/** A history with so many faults is not read to its end, and no more are named. */
export const mostFaults = 1000

export interface RunningCheck {
  /** Takes the next rows, oldest first. Rows below `from` are left over and no fault. */
  take(rows: readonly StoredEvent[]): void
  readonly isFull: boolean
  /**
   * `newest` is the number of the newest row that the record names after all rows were read. Rows up to there may have
   * come meanwhile.
   */
  end(newest: number): readonly HistoryFault[]
  /** The digest of the rows below `digestBelow`. It is right if the check found no fault. Base64url. */
  readonly digest: string | null
}

/** Checks a history row by row. What it keeps does not grow with the number of rows that are right. */
export function createHistoryCheck(check: HistoryCheck): RunningCheck {
  const { head, anchor } = check
  const faults: HistoryFault[] = []
  const broken: StoredEvent[] = []
  const missing: number[] = []
  const beyond: { readonly row: StoredEvent; readonly body: EventBody }[] = []
  let expected = head.from
  let digest = digestOf(head.before)
  let last: { readonly n: number; readonly version: string } | null = null
  /** Whether the digest at the anchor is the anchor's; null: it was not reached. */
  let wanted = check.digestBelow === expected ? digest : null
  let anchored = anchor?.n === expected - 1 ? isSame(digest, anchor.d) : null

  const skipTo = (n: number): void => {
    if (n <= expected) return
    faults.push({ fault: 'removed', from: expected, to: n - 1 })
    for (let at = expected; at < n && missing.length <= searchedRows; at++) missing.push(at)
    expected = n
  }

  const takeInPlace = (row: StoredEvent): void => {
    skipTo(row.n)
    expected = row.n + 1
    const body = genuineBody(check, row)
    if (body === null) broken.push(row)
    else {
      const fault = versionFault(check, last, { n: row.n, version: body.version })
      if (fault !== null) faults.push(fault)
      last = { n: row.n, version: body.version }
    }
    // A row whose content was changed may still have its MAC, so the digest goes on with what is there.
    digest = nextDigest(digest, row.n, (body ?? readBody(row.body))?.m ?? new Uint8Array())
    if (expected === check.digestBelow) wanted = digest
    if (row.n === anchor?.n) anchored = isSame(digest, anchor.d)
  }

  return {
    get digest() {
      return wanted === null ? null : encodeBase64url(wanted)
    },

    get isFull() {
      return faults.length + broken.length > mostFaults
    },

    take(rows) {
      for (const row of rows) {
        const { n } = row
        if (!Number.isSafeInteger(n) || n < 1) faults.push({ fault: 'added', n })
        else if (n > head.n) {
          const body = genuineBody(check, row)
          if (body === null) faults.push({ fault: 'added', n })
          else beyond.push({ row, body })
        } else if (n >= expected) takeInPlace(row)
        else if (n >= head.from) faults.push({ fault: 'added', n })
      }
    },

    end(newest) {
      skipTo(head.n + 1)
      faults.push(...explain(check, broken, missing), ...faultsBeyond(check, beyond, newest))
      const isWhole = isSame(digest, head.d)
      if (anchor !== null && anchor.n > head.n) faults.push({ fault: 'rolled-back', n: head.n })
      else if (anchored === false && isWhole && anchor !== null) {
        faults.push({ fault: 'rolled-back', n: anchor.n })
      }
      if (!isWhole && faults.length === 0) {
        const from = anchored === true && anchor !== null ? anchor.n + 1 : head.from
        faults.push({ fault: 'cannot-be-told', from, to: head.n })
      }
      return faults.sort((a, b) => numberOf(a) - numberOf(b)).slice(0, mostFaults)
    },
  }
}

function isSame(digest: Uint8Array, text: string): boolean {
  return equalBytes(digest, digestOf(text))
}

function numberOf(fault: HistoryFault): number {
  return 'from' in fault ? fault.from : fault.n
}

interface Written {
  readonly n: number
  readonly version: string
}

/** Rows of one commit have one version, and those of a later commit a greater number in it. */
function versionFault({ version }: HistoryCheck, before: Written | null, row: Written): HistoryFault | null {
  if (!isOfRecord(version, row.version)) return { fault: 'changed', n: row.n }
  if (before === null || row.version === before.version) return null
  if (versionNumber(row.version) > versionNumber(before.version)) return null
  return { fault: 'cannot-be-told', from: before.n, to: row.n }
}

/** Genuine rows of later commits show that the record is older than they are. */
function faultsBeyond(
  { head, version }: HistoryCheck,
  beyond: readonly { readonly row: StoredEvent; readonly body: EventBody }[],
  newest: number,
): readonly HistoryFault[] {
  const unknown = beyond.filter(({ row }) => row.n > newest)
  const isLater = ({ body }: { readonly body: EventBody }): boolean =>
    versionNumber(body.version) > versionNumber(version)
  const added = unknown.filter((one) => !isLater(one))
  return [
    ...added.map(({ row }): HistoryFault => ({ fault: 'added', n: row.n })),
    ...(added.length < unknown.length ? [{ fault: 'rolled-back', n: head.n } as const] : []),
  ]
}

/** Tells rows that were moved from rows that were changed. */
function explain(
  check: HistoryCheck,
  broken: readonly StoredEvent[],
  missing: readonly number[],
): readonly HistoryFault[] {
  const numbers = [...broken.map(({ n }) => n), ...missing]
  const isSearched = numbers.length <= searchedRows
  return broken.map((row): HistoryFault => {
    const was = isSearched ? numbers.find((n) => n !== row.n && genuineBody(check, row, n) !== null) : undefined
    return was === undefined ? { fault: 'changed', n: row.n } : { fault: 'reordered', n: row.n, was }
  })
}
