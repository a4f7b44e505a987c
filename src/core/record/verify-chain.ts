import type { ChainedRow, ChainHead } from './chain.ts'
import { checkFields, isLinkValid, linkFor, unreadableParts } from './chain.ts'

/** A fault in a stored history, by the number of the row. */
export type ChainFault =
  | { readonly fault: 'changed'; readonly n: number; readonly fields: readonly string[] }
  | { readonly fault: 'removed'; readonly from: number; readonly to: number }
  | { readonly fault: 'inserted'; readonly n: number }
  /** The row that now has number `n` was written as number `was`. */
  | { readonly fault: 'moved'; readonly n: number; readonly was: number }
  /** The row cannot be checked. Its link was computed from the row before it, which is missing or was replaced. */
  | { readonly fault: 'unproven'; readonly n: number }

/**
 * Up to this many broken and missing rows, their former places are searched. The time grows with the cube of the
 * number.
 */
const searchedRows = 24

interface Chain {
  readonly byNumber: ReadonlyMap<number, ChainedRow>
  readonly head: ChainHead
  /** Whether the row's link follows from this link, under the row's own number or under `as`. */
  readonly isLinked: (row: ChainedRow, previousLink: string, as?: number) => boolean
  /** The link that the row's content gives after this link. Null if it gives none. */
  readonly linkAfter: (row: ChainedRow, previousLink: string) => string | null
}

/**
 * Checks a whole history against its record. `rows` are all stored rows, in any order and in any form. Faults are
 * sorted by number. Every row that is not proven is named. What happened to a row is named as far as possible. If
 * several faults meet, that may be wrong.
 */
export function verifyChain(
  rows: readonly ChainedRow[],
  head: ChainHead,
  chainKey: Uint8Array,
  recordId: string,
): readonly ChainFault[] {
  const faults: ChainFault[] = []
  const byNumber = new Map<number, ChainedRow>()
  for (const row of rows) {
    const beyond = !Number.isSafeInteger(row.n) || row.n > head.n || row.n < head.kept.from
    if (beyond || byNumber.has(row.n)) faults.push({ fault: 'inserted', n: row.n })
    else byNumber.set(row.n, row)
  }

  const missing: number[] = []
  const broken: ChainedRow[] = []
  const chain: Chain = {
    byNumber,
    head,
    isLinked: (row, previousLink, as) => isLinkValid(row, chainKey, recordId, previousLink, as),
    linkAfter: (row, previousLink) => linkFor(row, chainKey, recordId, previousLink),
  }
  for (let n = head.kept.from; n <= head.n; n++) {
    const row = byNumber.get(n)
    if (row === undefined) {
      missing.push(n)
      continue
    }
    const unreadable = unreadableParts(row)
    const fields = unreadable ?? checkFields(row, head).map(({ name }) => name)
    if (unreadable !== null || fields.length > 0) faults.push({ fault: 'changed', n, fields })
    const previous = linkBefore(chain, n)
    if (unreadable === null && (previous === null || !isInPlace(chain, row, previous))) broken.push(row)
  }
  faults.push(...gaps(missing))

  const named = new Set(faults.flatMap((fault) => (fault.fault === 'changed' ? [fault.n] : [])))
  for (const fault of explain(chain, broken, missing)) {
    if (fault.fault !== 'changed' || !named.has(fault.n)) faults.push(fault)
  }
  return faults.sort((a, b) => numberOf(a) - numberOf(b))
}

function numberOf(fault: ChainFault): number {
  return fault.fault === 'removed' ? fault.from : fault.n
}

/** The stored link of the row before number `n`. Null if that row is missing. */
function linkBefore({ byNumber, head }: Chain, n: number): string | null {
  if (n === head.kept.from) return head.kept.link
  const link: unknown = byNumber.get(n - 1)?.link
  return typeof link === 'string' ? link : null
}

/** The last row must also be the one that the record names. */
function isInPlace({ head, isLinked }: Chain, row: ChainedRow, previousLink: string): boolean {
  return (row.n < head.n || row.link === head.link) && isLinked(row, previousLink)
}

function gaps(missing: readonly number[]): readonly ChainFault[] {
  const found: { fault: 'removed'; from: number; to: number }[] = []
  for (const n of missing) {
    const gap = found.at(-1)
    if (gap?.to === n - 1) gap.to = n
    else found.push({ fault: 'removed', from: n, to: n })
  }
  return found
}

/** Separates changed and moved rows from rows that fail only because the row before them is another one. */
function explain(chain: Chain, broken: readonly ChainedRow[], missing: readonly number[]): readonly ChainFault[] {
  const searched = broken.length + missing.length <= searchedRows
  const links = searched ? linksAround(chain, broken) : []
  const numbers = [...broken.map(({ n }) => n), ...missing]
  const faults: ChainFault[] = []
  const doubtful = new Set<number>(missing)
  for (const row of broken) {
    if (links.some((link) => isInPlace(chain, row, link))) continue
    const was = searched
      ? numbers.find((n) => n !== row.n && links.some((link) => chain.isLinked(row, link, n)))
      : undefined
    if (was !== undefined) faults.push({ fault: 'moved', n: row.n, was })
    else if (doubtful.has(row.n - 1)) faults.push({ fault: 'unproven', n: row.n })
    else faults.push({ fault: 'changed', n: row.n, fields: [] })
    doubtful.add(row.n)
  }
  return faults
}

/**
 * Links from which a broken row may have been computed: stored links of broken rows and of the rows before them, and
 * links that are computed again.
 */
function linksAround(chain: Chain, broken: readonly ChainedRow[]): readonly string[] {
  const links = new Set<string>([chain.head.kept.link])
  for (const row of broken) {
    const before = linkBefore(chain, row.n)
    const made = before === null ? null : chain.linkAfter(row, before)
    for (const link of [row.link, before, made]) if (link !== null) links.add(link)
  }
  return [...links]
}
