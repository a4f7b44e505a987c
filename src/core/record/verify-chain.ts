import type { ChainedRow, ChainHead } from './chain.ts'
import { checkFields, linkFor, linkHolds, unreadableParts } from './chain.ts'

/** What is wrong with a stored history, by the number of the row. */
export type ChainFault =
  | { readonly fault: 'changed'; readonly n: number; readonly fields: readonly string[] }
  | { readonly fault: 'removed'; readonly from: number; readonly to: number }
  | { readonly fault: 'inserted'; readonly n: number }
  /** The row that now bears number `n` was number `was`. */
  | { readonly fault: 'moved'; readonly n: number; readonly was: number }
  /** Nothing vouches for this row any more: the row before it, which its link was made from, is gone or replaced. */
  | { readonly fault: 'unproven'; readonly n: number }

/** Rows whose former place is searched for: the search grows with the cube. */
const searchedRows = 24

interface Chain {
  readonly byNumber: ReadonlyMap<number, ChainedRow>
  readonly head: ChainHead
  /** Whether the row holds behind this link, as the number it bears or as another. */
  readonly holds: (row: ChainedRow, previousLink: string, as?: number) => boolean
  /** The link that the row's content makes behind this one; null when it has none. */
  readonly makes: (row: ChainedRow, previousLink: string) => string | null
}

/**
 * Checks a whole history against the record that it belongs to. `rows` are all stored rows in any order, of whatever
 * shape somebody may have left them in. Faults come in the order of their numbers. Naming what happened is best effort
 * where several faults meet; naming every row that is not proven to be what was written is not.
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
    holds: (row, previousLink, as) => linkHolds(row, chainKey, recordId, previousLink, as),
    makes: (row, previousLink) => linkFor(row, chainKey, recordId, previousLink),
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
    if (unreadable === null && (previous === null || !standsAt(chain, row, previous))) broken.push(row)
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

/** The stored link of the row before number `n`; null when that row is not there. */
function linkBefore({ byNumber, head }: Chain, n: number): string | null {
  if (n === head.kept.from) return head.kept.link
  const link: unknown = byNumber.get(n - 1)?.link
  return typeof link === 'string' ? link : null
}

/** The last row must also be the one that the record names. */
function standsAt({ head, holds }: Chain, row: ChainedRow, previousLink: string): boolean {
  return (row.n < head.n || row.link === head.link) && holds(row, previousLink)
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

/** Tells changed and moved rows from those that fail only because the link before them is not the one they knew. */
function explain(chain: Chain, broken: readonly ChainedRow[], missing: readonly number[]): readonly ChainFault[] {
  const searched = broken.length + missing.length <= searchedRows
  const links = searched ? linksAround(chain, broken) : []
  const numbers = [...broken.map(({ n }) => n), ...missing]
  const faults: ChainFault[] = []
  const doubtful = new Set<number>(missing)
  for (const row of broken) {
    if (links.some((link) => standsAt(chain, row, link))) continue
    const was = searched
      ? numbers.find((n) => n !== row.n && links.some((link) => chain.holds(row, link, n)))
      : undefined
    if (was !== undefined) faults.push({ fault: 'moved', n: row.n, was })
    else if (doubtful.has(row.n - 1)) faults.push({ fault: 'unproven', n: row.n })
    else faults.push({ fault: 'changed', n: row.n, fields: [] })
    doubtful.add(row.n)
  }
  return faults
}

/** Links that a broken row may have been made from: those of broken rows, of the rows before them, and made anew. */
function linksAround(chain: Chain, broken: readonly ChainedRow[]): readonly string[] {
  const links = new Set<string>([chain.head.kept.link])
  for (const row of broken) {
    const before = linkBefore(chain, row.n)
    const made = before === null ? null : chain.makes(row, before)
    for (const link of [row.link, before, made]) if (link !== null) links.add(link)
  }
  return [...links]
}
