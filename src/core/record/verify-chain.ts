import type { ChainedRow, ChainHead } from './chain.ts'
import { checkFields, linkHolds } from './chain.ts'

/** What is wrong with a stored history, by the number of the row. */
export type ChainFault =
  | { readonly fault: 'changed'; readonly n: number; readonly fields: readonly string[] }
  | { readonly fault: 'removed'; readonly from: number; readonly to: number }
  | { readonly fault: 'inserted'; readonly n: number }
  /** The row that now bears number `n` was number `was`. */
  | { readonly fault: 'moved'; readonly n: number; readonly was: number }

/** Rows whose former place is searched for: the search grows with the cube. */
const searchedRows = 24

/**
 * Checks a whole history against the record that it belongs to. `rows` are all stored rows in any order. Naming what
 * happened is best effort where several faults meet; finding that something happened is not.
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

  const broken: ChainedRow[] = []
  let gapFrom: number | null = null
  let previous: string | null = head.kept.link
  for (let n = head.kept.from; n <= head.n; n++) {
    const row = byNumber.get(n)
    if (row === undefined) {
      gapFrom ??= n
      previous = null
      continue
    }
    if (gapFrom !== null) {
      faults.push({ fault: 'removed', from: gapFrom, to: n - 1 })
      gapFrom = null
    }
    const fieldFaults = checkFields(row, head)
    const linked = previous === null || linkHolds(row, chainKey, recordId, previous)
    const tip = n < head.n || row.link === head.link
    if (fieldFaults.length > 0) faults.push({ fault: 'changed', n, fields: fieldFaults.map(({ name }) => name) })
    else if (!linked || !tip) broken.push(row)
    previous = row.link
  }
  if (gapFrom !== null) faults.push({ fault: 'removed', from: gapFrom, to: head.n })

  const links = [head.kept.link, ...[...byNumber.values()].map((row) => row.link)]
  for (const row of broken) {
    const was =
      broken.length > searchedRows
        ? undefined
        : formerNumber(row, broken, nearby(broken, byNumber, links), (at, link) =>
            linkHolds(row, chainKey, recordId, link, at),
          )
    // A row after a changed or moved one fails only because the link before it is not the one it was made from.
    faults.push(was === undefined ? { fault: 'changed', n: row.n, fields: [] } : { fault: 'moved', n: row.n, was })
  }
  return faults
}

function formerNumber(
  row: ChainedRow,
  broken: readonly ChainedRow[],
  links: readonly string[],
  holds: (n: number, previousLink: string) => boolean,
): number | undefined {
  for (const { n } of broken) {
    if (n !== row.n && links.some((link) => holds(n, link))) return n
  }
  return undefined
}

/** Links that a broken row may have been made from: those of broken rows and of the rows before them. */
function nearby(
  broken: readonly ChainedRow[],
  byNumber: ReadonlyMap<number, ChainedRow>,
  all: readonly string[],
): readonly string[] {
  const links = new Set<string>([all[0] ?? ''])
  for (const row of broken) {
    links.add(row.link)
    const before = byNumber.get(row.n - 1)
    if (before !== undefined) links.add(before.link)
  }
  return [...links]
}
