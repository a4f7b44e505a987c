import { describe, expect, it } from 'vitest'
import { encodeBase64url } from '../../../src/core/bytes.ts'
import type { Anchor, HistoryFault } from '../../../src/core/record/check-history.ts'
import { createHistoryCheck, mostFaults } from '../../../src/core/record/check-history.ts'
import type { RowCheck } from '../../../src/core/record/check-row.ts'
import { countedBody, genuineBody, isOfRecord } from '../../../src/core/record/check-row.ts'
import { nextDigest } from '../../../src/core/record/history-form.ts'
import type { HistoryHead } from '../../../src/core/record/history.ts'
import { appendEvents, digestOf, emptyHistory, withMarks } from '../../../src/core/record/history.ts'
import type { StoredEvent } from '../../../src/core/record/history-row.ts'
import { readBody } from '../../../src/core/record/history-row.ts'
import { shortenRow } from '../../../src/core/record/shorten-row.ts'
import { times } from '../../world/times.ts'

const place = { realm: 'main', id: 'account:ada' }
const key = new Uint8Array(32).fill(5)
const versionOf = (commit: number): string => `${commit}.AAAAAAAAAAAAAAAAAAAAAA`

interface History {
  readonly head: HistoryHead
  /** Oldest first. */
  readonly rows: readonly StoredEvent[]
  readonly version: string
}

/** A history with so many rows in each commit. */
function historyOf(...commits: readonly number[]): History {
  let head = emptyHistory(place)
  const rows: StoredEvent[] = []
  commits.forEach((count, at) => {
    const version = versionOf(at + 1)
    const events = times(count).map((n) => ({
      type: 'mfa_fail',
      at: 1000 * (at + 1),
      fields: { n: `${n}`, ip: '192.0.2.7' },
    }))
    const made = appendEvents(head, { place, key, version, salt: () => new Uint8Array(16).fill(at) }, events)
    head = made.head
    rows.push(...made.rows)
  })
  return { head, rows, version: versionOf(commits.length) }
}

/** The digest after the row of this number. */
function digestAt({ rows }: History, n: number): string {
  return encodeBase64url(
    rows
      .slice(0, n)
      .reduce((digest, row) => nextDigest(digest, row.n, readBody(row.body)!.m), digestOf(emptyHistory(place).d)),
  )
}

interface Asked {
  readonly anchor?: Anchor
  readonly digestBelow?: number
  readonly newest?: number
}

function checkOf({ head, version }: History, { anchor, digestBelow }: Asked = {}) {
  const below = digestBelow === undefined ? {} : { digestBelow }
  return createHistoryCheck({ place, key, head, version, anchor: anchor ?? null, ...below })
}

/** What the check says of these rows. */
function faultsIn(history: History, rows: readonly StoredEvent[], asked: Asked = {}): readonly HistoryFault[] {
  const check = checkOf(history, asked)
  check.take(rows)
  return check.end(asked.newest ?? history.head.n)
}

const seven = historyOf(2, 3, 2)
const changed = (row: StoredEvent): StoredEvent => ({ ...row, at: row.at + 1 })
const without = (...numbers: readonly number[]): StoredEvent[] => seven.rows.filter(({ n }) => !numbers.includes(n))
const rowAs = (row: StoredEvent, n: number): StoredEvent => ({ ...row, n })

describe('the check of a history', () => {
  it('finds nothing in what was written, read in one piece or in pages', () => {
    expect(faultsIn(seven, seven.rows)).toEqual([])
    const check = checkOf(seven)
    for (const row of seven.rows) check.take([row])
    expect(check.end(7)).toEqual([])
    expect(faultsIn(historyOf(), [])).toEqual([])
  })

  it('names a row that was changed', () => {
    expect(
      faultsIn(
        seven,
        seven.rows.map((row) => (row.n === 3 ? changed(row) : row)),
      ),
    ).toEqual([{ fault: 'changed', n: 3 }])
    expect(
      faultsIn(
        seven,
        seven.rows.map((row) => (row.n === 3 ? { ...row, body: 'nothing' } : row)),
      ),
    ).toEqual([{ fault: 'changed', n: 3 }])
  })

  it('names the rows that were removed: at the beginning, between and at the end', () => {
    expect(faultsIn(seven, without(1, 2))).toEqual([{ fault: 'removed', from: 1, to: 2 }])
    expect(faultsIn(seven, without(3, 5))).toEqual([
      { fault: 'removed', from: 3, to: 3 },
      { fault: 'removed', from: 5, to: 5 },
    ])
    expect(faultsIn(seven, without(7))).toEqual([{ fault: 'removed', from: 7, to: 7 }])
    expect(faultsIn(seven, [])).toEqual([{ fault: 'removed', from: 1, to: 7 }])
  })

  it('tells rows that were moved from rows that were changed', () => {
    const [first, second] = [seven.rows[2]!, seven.rows[4]!]
    const swapped = seven.rows.map((row) => (row.n === 3 ? rowAs(second, 3) : row.n === 5 ? rowAs(first, 5) : row))
    expect(faultsIn(seven, swapped)).toEqual([
      { fault: 'reordered', n: 3, was: 5 },
      { fault: 'reordered', n: 5, was: 3 },
    ])
    const moved = seven.rows.flatMap((row) => (row.n === 3 ? [] : row.n === 6 ? [rowAs(first, 6)] : [row]))
    expect(faultsIn(seven, moved)).toEqual([
      { fault: 'removed', from: 3, to: 3 },
      { fault: 'reordered', n: 6, was: 3 },
    ])
  })

  it('names a row that stands there a second time, or has no number of a history', () => {
    const none = [0, -1, 1.5, Number.NaN].map((n) => rowAs(seven.rows[0]!, n))
    const again = faultsIn(seven, [...seven.rows.slice(0, 4), seven.rows[1]!, ...seven.rows.slice(4), ...none])
    expect(again).toHaveLength(5)
    expect(again).toEqual(expect.arrayContaining([2, 0, -1, 1.5, Number.NaN].map((n) => ({ fault: 'added', n }))))
  })

  it('sorts what it found by the numbers of the rows', () => {
    const rows = seven.rows.map((row) => (row.n === 2 || row.n === 6 ? changed(row) : row)).filter(({ n }) => n !== 4)
    expect(faultsIn(seven, rows)).toEqual([
      { fault: 'changed', n: 2 },
      { fault: 'removed', from: 4, to: 4 },
      { fault: 'changed', n: 6 },
    ])
  })

  it('refuses genuine rows of a lost attempt: their version was never that of the record', () => {
    // Two commits made row 3, and one of them won.
    const lost = historyOf(2, 1)
    const kept = { ...lost, version: '2.BBBBBBBBBBBBBBBBBBBBBB' }
    expect(faultsIn(kept, lost.rows)).toEqual([{ fault: 'changed', n: 3 }])
    expect(faultsIn({ ...lost, version: versionOf(1) }, lost.rows)).toEqual([{ fault: 'changed', n: 3 }])
  })

  it('says what cannot be told: all rows are genuine, and they are not those that were committed', () => {
    const other = historyOf(2, 3, 2)
    const head = { ...other.head, d: digestAt(seven, 6) }
    expect(faultsIn({ ...other, head }, other.rows)).toEqual([{ fault: 'cannot-be-told', from: 1, to: 7 }])
    const asked = { anchor: { n: 4, d: digestAt(seven, 4) } }
    expect(faultsIn({ ...other, head }, other.rows, asked)).toEqual([{ fault: 'cannot-be-told', from: 5, to: 7 }])
    const wrong = { anchor: { n: 4, d: digestAt(seven, 5) } }
    expect(faultsIn({ ...other, head }, other.rows, wrong)).toEqual([{ fault: 'cannot-be-told', from: 1, to: 7 }])
  })

  it('says that it cannot be told which rows are right, if a later row names an earlier commit', () => {
    let head = emptyHistory(place)
    const rows = [2, 1, 3].flatMap((commit) => {
      const parts = { place, key, version: versionOf(commit), salt: () => new Uint8Array(16) }
      const made = appendEvents(head, parts, [{ type: 'mfa_fail', at: 1000, fields: {} }])
      head = made.head
      return made.rows
    })
    expect(faultsIn({ head, rows, version: versionOf(3) }, rows)).toEqual([{ fault: 'cannot-be-told', from: 1, to: 2 }])
  })
})

describe('two rows of one number of a commit', () => {
  it('show that one of them was never committed, if their versions differ', () => {
    let head = emptyHistory(place)
    const rows = ['2.A', '2.B', versionOf(3)].flatMap((version) => {
      const parts = { place, key, version, salt: () => new Uint8Array(16) }
      const made = appendEvents(head, parts, [{ type: 'mfa_fail', at: 1000, fields: {} }])
      head = made.head
      return made.rows
    })
    expect(faultsIn({ head, rows, version: versionOf(3) }, rows)).toEqual([{ fault: 'cannot-be-told', from: 1, to: 2 }])
  })
})

describe('rows beyond the head of the record', () => {
  const older: History = { ...historyOf(2, 3), rows: seven.rows }

  it('of later commits show that the record was put back', () => {
    expect(faultsIn(older, seven.rows)).toEqual([{ fault: 'rolled-back', n: 5 }])
  })

  it('that came while the rows were read are no fault', () => {
    expect(faultsIn(older, seven.rows, { newest: 7 })).toEqual([])
    expect(faultsIn(older, seven.rows, { newest: 6 })).toEqual([{ fault: 'rolled-back', n: 5 }])
  })

  it('are added, if they are not genuine, or no later commit made them', () => {
    expect(faultsIn(older, [...older.rows.slice(0, 5), changed(seven.rows[5]!)])).toEqual([{ fault: 'added', n: 6 }])
    const sameCommit = historyOf(2, 4)
    expect(faultsIn({ ...historyOf(2, 3), version: sameCommit.version }, sameCommit.rows)).toEqual([
      { fault: 'added', n: 6 },
    ])
    expect(faultsIn({ ...historyOf(2, 3), version: versionOf(5) }, [...seven.rows])).toEqual([
      { fault: 'added', n: 6 },
      { fault: 'added', n: 7 },
    ])
  })

  it('are both: some are added, and others show that the record was put back', () => {
    const rows = [...seven.rows.slice(0, 5), ...historyOf(2, 4).rows.slice(5), rowAs(seven.rows[6]!, 7)]
    expect(faultsIn(older, rows)).toEqual([
      { fault: 'rolled-back', n: 5 },
      { fault: 'added', n: 6 },
    ])
  })
})

describe('an anchor that was kept elsewhere', () => {
  it('agrees with the history that it was taken of, at its beginning, between and at its end', () => {
    for (const n of [0, 1, 4, 7]) {
      expect(faultsIn(seven, seven.rows, { anchor: { n, d: digestAt(seven, n) } })).toEqual([])
    }
  })

  it('shows that the record was put back, if it is newer, or of another past', () => {
    expect(faultsIn(seven, seven.rows, { anchor: { n: 8, d: digestAt(seven, 7) } })).toEqual([
      { fault: 'rolled-back', n: 7 },
    ])
    expect(faultsIn(seven, seven.rows, { anchor: { n: 4, d: digestAt(seven, 5) } })).toEqual([
      { fault: 'rolled-back', n: 4 },
    ])
    expect(faultsIn(seven, seven.rows, { anchor: { n: 0, d: digestAt(seven, 5) } })).toEqual([
      { fault: 'rolled-back', n: 0 },
    ])
  })

  it('is compared with what stands there, also behind a row that was changed', () => {
    const rows = seven.rows.map((row) => (row.n === 3 ? changed(row) : row))
    expect(faultsIn(seven, rows, { anchor: { n: 4, d: digestAt(seven, 4) } })).toEqual([{ fault: 'changed', n: 3 }])
    expect(faultsIn(seven, rows, { anchor: { n: 4, d: digestAt(seven, 5) } })).toEqual([
      { fault: 'changed', n: 3 },
      { fault: 'rolled-back', n: 4 },
    ])
  })
})

describe('a history whose beginning was removed', () => {
  const begun = { from: 4, before: digestAt(seven, 3) }
  const pruned: History = { ...seven, head: withMarks(seven.head, { begin: begun }) }

  it('is whole without those rows, and what is left of them is no fault', () => {
    expect(faultsIn(pruned, seven.rows.slice(3))).toEqual([])
    expect(faultsIn(pruned, seven.rows.slice(1))).toEqual([])
  })

  it('names a row from its beginning on that stands there a second time', () => {
    const again = [...seven.rows.slice(3), seven.rows[3]!]
    expect(faultsIn(pruned, again)).toEqual([{ fault: 'added', n: 4 }])
  })

  it('names the rows that were removed beside', () => {
    expect(faultsIn(pruned, seven.rows.slice(4))).toEqual([{ fault: 'removed', from: 4, to: 4 }])
  })

  it('gives the digest of the rows below a number, for the next beginning', () => {
    const digestBelow = (history: History, below: number): string | null => {
      const check = checkOf(history, { digestBelow: below })
      check.take(seven.rows)
      return check.digest
    }
    expect(digestBelow(seven, 4)).toBe(begun.before)
    expect(digestBelow(seven, 1)).toBe(digestAt(seven, 0))
    expect(digestBelow(seven, 8)).toBe(digestAt(seven, 7))
    expect(digestBelow(pruned, 4)).toBe(begun.before)
    expect(digestBelow(seven, 9)).toBeNull()
    expect(checkOf(seven).digest).toBeNull()
  })
})

describe('the search of former places', () => {
  const most = 24
  /** A history in which this many of the first rows were moved by one place, in a circle. */
  const turned = (count: number): readonly HistoryFault[] => {
    const history = historyOf(...times(30).map(() => 1))
    const rows = history.rows.map((row) => (row.n > count ? row : rowAs(history.rows[row.n % count]!, row.n)))
    return faultsIn(history, rows)
  }

  it('ends at 24 rows, because its time grows with their square', () => {
    expect(turned(most).map(({ fault }) => fault)).toEqual(times(most).map(() => 'reordered'))
    expect(turned(most + 1).map(({ fault }) => fault)).toEqual(times(most + 1).map(() => 'changed'))
  })

  it('counts the rows that are missing too', () => {
    const history = historyOf(...times(30).map(() => 1))
    const missing = (count: number): readonly HistoryFault[] =>
      faultsIn(history, [rowAs(history.rows[4]!, 1), ...history.rows.slice(count + 1)])
    expect(missing(most - 1)).toContainEqual({ fault: 'reordered', n: 1, was: 5 })
    expect(missing(most)).toContainEqual({ fault: 'changed', n: 1 })
  })
})

describe('a history with very many faults', () => {
  it('is full once more than a thousand are known, broken rows and others together, and names a thousand', () => {
    const check = checkOf({ ...seven, head: { ...seven.head, n: 5000 } })
    const broken = (n: number): StoredEvent => ({ n, type: 'mfa_fail', at: 1, body: '' })
    const zeros = times(500).map(() => rowAs(seven.rows[0]!, 0))
    check.take([...zeros, ...times(mostFaults - 500).map((n) => broken(n + 1))])
    expect(check.isFull).toBe(false)
    check.take([broken(mostFaults)])
    expect(check.isFull).toBe(true)
    expect(check.end(5000)).toHaveLength(mostFaults)
  })
})

describe('a genuine row', () => {
  const check: RowCheck = { place, key, head: seven.head }
  const [row] = seven.rows as [StoredEvent]

  it('is one of this history, under its own number', () => {
    expect(genuineBody(check, row)).toMatchObject({ version: versionOf(1), fields: { n: '0' } })
    expect(genuineBody(check, row, 2)).toBeNull()
    expect(genuineBody({ ...check, place: { ...place, id: 'account:eve' } }, row)).toBeNull()
    expect(genuineBody({ ...check, key: new Uint8Array(32) }, row)).toBeNull()
  })

  it('is none with any value that no row has', () => {
    const others: readonly object[] = [
      { n: 0 },
      { n: -1 },
      { n: 1.5 },
      { n: '1' },
      { type: 5 },
      { type: null },
      { at: -1 },
      { at: '1000' },
      { at: null },
      { body: '' },
      { body: null },
      { body: '{}' },
    ]
    for (const other of others)
      expect(genuineBody(check, { ...row, ...other } as StoredEvent), JSON.stringify(other)).toBeNull()
  })

  it('is counted between the beginning and the end of the record, if a commit of the record made it', () => {
    const head = { ...seven.head, from: 3, n: 6 }
    const counted = seven.rows.filter((one) => countedBody({ ...check, head }, seven.version, one) !== null)
    expect(counted.map(({ n }) => n)).toEqual([3, 4, 5, 6])
    const older = seven.rows.filter((one) => countedBody(check, '3.BBBBBBBBBBBBBBBBBBBBBB', one) !== null)
    expect(older.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5])
    expect(countedBody(check, seven.version, changed(row))).toBeNull()
  })

  it('is of an earlier commit, or of the very version of the record', () => {
    expect(isOfRecord(versionOf(3), versionOf(2))).toBe(true)
    expect(isOfRecord(versionOf(3), versionOf(3))).toBe(true)
    expect(isOfRecord(versionOf(3), '3.BBBBBBBBBBBBBBBBBBBBBB')).toBe(false)
    expect(isOfRecord(versionOf(3), versionOf(4))).toBe(false)
  })
})

describe('a row that is shortened', () => {
  const marked = (shorteningBelow: number, shortenedBelow: number): RowCheck => ({
    place,
    key,
    head: withMarks(seven.head, { shorteningBelow, shortenedBelow }),
  })
  const network = () => ({ network: '192.0.2.0/24' })
  const row = seven.rows[2]!
  const short = shortenRow(marked(4, 1), row, network)!

  it('keeps its number, type and time, and what is left of its address', () => {
    expect(short).toMatchObject({ n: 3, type: row.type, at: row.at })
    expect(readBody(short.body)).toMatchObject({
      fields: { n: '0' },
      detail: { kind: 'short', fields: { network: '192.0.2.0/24' } },
      m: readBody(row.body)!.m,
    })
    expect(short.body).not.toContain('192.0.2.7')
  })

  it('does not move the digest', () => {
    const history = { ...seven, head: marked(4, 1).head }
    expect(
      faultsIn(
        history,
        seven.rows.map((one) => (one.n === 3 ? short : one)),
      ),
    ).toEqual([])
  })

  it('may stand in either form between the marks, and only there', () => {
    const genuine = (one: StoredEvent, shortening: number, shortened: number): boolean =>
      genuineBody(marked(shortening, shortened), one) !== null
    // Up to which number rows are being shortened, and up to which they all are.
    expect([genuine(row, 4, 1), genuine(row, 4, 3), genuine(row, 4, 4)]).toEqual([true, true, false])
    expect([genuine(short, 4, 1), genuine(short, 4, 4), genuine(short, 3, 1)]).toEqual([true, true, false])
  })

  it('is genuine only with what was left of it', () => {
    const changedText = short.body.replace('192.0.2.0/24', '192.0.3.0/24')
    expect(genuineBody(marked(4, 1), { ...short, body: changedText })).toBeNull()
  })

  it('is not shortened twice, nor if it is not genuine', () => {
    expect(shortenRow(marked(4, 1), short, network)).toBeNull()
    expect(shortenRow(marked(4, 1), changed(row), network)).toBeNull()
  })
})

describe('the marks of retention', () => {
  const { head } = seven

  it('only move forward, and not beyond the rows', () => {
    const moved = withMarks(head, { shorteningBelow: 5, shortenedBelow: 3 })
    expect(moved).toEqual({ ...head, shorteningBelow: 5, shortenedBelow: 3 })
    expect(withMarks(moved, { shorteningBelow: 4, shortenedBelow: 2 })).toEqual(moved)
    expect(withMarks(moved, {})).toEqual(moved)
    expect(withMarks(head, { shorteningBelow: 99, shortenedBelow: 99 })).toMatchObject({
      shorteningBelow: 8,
      shortenedBelow: 8,
    })
  })

  it('say of no more rows that they are shortened than may be', () => {
    expect(withMarks(head, { shorteningBelow: 4, shortenedBelow: 6 })).toMatchObject({
      shorteningBelow: 4,
      shortenedBelow: 4,
    })
  })

  it('move the beginning forward, up to behind the last row', () => {
    const beginAt = (from: number, of = head): number => withMarks(of, { begin: { from, before: 'd' } }).from
    expect([2, 8, 9].map((from) => beginAt(from))).toEqual([2, 8, 1])
    expect(beginAt(3, { ...head, from: 5 })).toBe(5)
    expect(withMarks({ ...head, from: 5, before: 'x' }, { begin: { from: 5, before: 'd' } })).toMatchObject({
      before: 'x',
    })
    expect(withMarks(head, { begin: { from: 3, before: 'd' } })).toMatchObject({ from: 3, before: 'd' })
  })

  it('of a commit without events leave the head as it is', () => {
    const parts = { place, key, version: versionOf(4), salt: () => new Uint8Array(16) }
    expect(appendEvents(head, parts, [])).toEqual({ head, rows: [] })
  })
})
