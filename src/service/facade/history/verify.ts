import { argumentError, requireInteger, requireObject } from '../../../core/arguments.ts'
import type { AccountState } from '../../../core/account/record/state.ts'
import { authorize } from '../../../core/account/sessions/authorization.ts'
import { limits } from '../../../core/limits.ts'
import type { FactFault } from '../../../core/record/check-facts.ts'
import type { HistoryFault, RunningCheck } from '../../../core/record/check-history.ts'
import { createHistoryCheck, mostFaults } from '../../../core/record/check-history.ts'
import type { HistoryHead } from '../../../core/record/history.ts'
import { isRolledBack } from '../../../core/record/mark.ts'
import type { HistoryAnchor } from '../../../ports/sink.ts'
import type { EventRow, FactRow, Page, RecordId } from '../../../ports/storage.ts'
import { recordIdOf } from '../../keys/account-id.ts'
import { markOf } from '../../keys/acting.ts'
import type { Limited } from '../../limits/limiter.ts'
import type { Kernel } from '../../loop/kernel.ts'
import type { LoadedRecord } from '../../loop/record-store.ts'
import type { Failure, PageCall } from '../call/page-call.ts'
import { signedOut } from '../call/page-call.ts'
import { factCheckOf, rowCheckOf } from './genuine.ts'
import { leadingOn, orMalformed } from './pages.ts'

export interface VerifyHistoryInput extends PageCall {
  /** A head that was kept elsewhere, from the sink or from an earlier check. It shows that both were rolled back. */
  readonly anchor?: HistoryAnchor | null | undefined
}

export type HistoryVerdict =
  | {
      readonly ok: true
      readonly events: number
      /** No record counts facts. So all that are there are genuine, but nobody can know if some were removed. */
      readonly facts: { readonly genuine: number; readonly removed: 'cannot-be-told' }
      readonly anchor: HistoryAnchor
    }
  /** At most 1,000 faults. */
  | { readonly ok: false; readonly reason: 'tampered'; readonly faults: readonly (HistoryFault | FactFault)[] }
  | Failure<'signed-out' | 'too-many-attempts'>

/** How often all is read again, if the record was written meanwhile and something seemed to be wrong. */
const mostRounds = 5
const hourMs = 3_600_000

/** Checks all rows of a history, page by page. Between two pages other work gets its turn. */
export async function verifyHistory(kernel: Kernel, input: VerifyHistoryInput): Promise<HistoryVerdict> {
  const acting = kernel.acting(input.grant)
  if (acting === null) return signedOut
  const recordId = recordIdOf(acting.accountId)
  const anchor = readAnchor(kernel, recordId, input.anchor)
  const record = await kernel.loadRecord(recordId)
  if (record === null) return anchor === null ? signedOut : tampered([{ fault: 'rolled-back', n: 0 }])
  const mark = markOf(acting)
  kernel.watch(record, [mark])
  // The grant counts nowhere any more. But it shows what the caller asks: that the record is older than the grant.
  if (mark !== null && isRolledBack(record.state.record, mark)) {
    return tampered([{ fault: 'rolled-back', n: record.history.n }])
  }
  if (!authorize(record.state, acting.auth, kernel.now()).ok) return signedOut

  const hash = await kernel.nameHash()
  const limited = acting.actor.kind === 'system' ? null : hash('history-page', acting.accountId)
  const checked = await checkAllRows(kernel, record, { anchor, limited })
  if (checked === null) return signedOut
  if ('retryAt' in checked) return { ok: false, reason: 'too-many-attempts', retryAt: checked.retryAt }
  const { head } = checked
  const facts = await checkFacts(kernel, recordId, { limited, most: mostFaults - checked.faults.length })
  if ('retryAt' in facts) return { ok: false, reason: 'too-many-attempts', retryAt: facts.retryAt }
  const faults = [...checked.faults, ...facts.faults]
  if (faults.length > 0) return tampered(faults)
  return {
    ok: true,
    events: head.n - head.from + 1,
    facts: { genuine: facts.genuine, removed: 'cannot-be-told' },
    anchor: kernel.records.anchor(recordId, head, kernel.now()),
  }
}

/** Reads every fact of an account, newest first, until there are `most` faults. */
async function checkFacts(
  kernel: Kernel,
  id: RecordId,
  { limited, most }: { readonly limited: string | null; readonly most: number },
): Promise<{ readonly genuine: number; readonly faults: readonly FactFault[] } | Limited> {
  const faultOf = await factCheckOf(kernel, id)
  const faults: FactFault[] = []
  let genuine = 0
  for (let after: string | null | undefined; after !== null && faults.length < most;) {
    const refusal = await chargePage(kernel, limited)
    if (refusal !== null) return refusal
    const query = { id, limit: limits.historyPage, ...(after === undefined ? {} : { after }) }
    const page: Page<FactRow> | null = await orMalformed(kernel.storage.listFacts(query))
    // The storage refuses a cursor that it made from a row that somebody inserted. That row was named already.
    if (page === null) break
    for (const row of page.items) {
      const fault = faultOf(row)
      if (fault === null) genuine += 1
      else if (faults.length < most) faults.push(fault)
    }
    after = page.next
    await kernel.nextTurn()
  }
  return { genuine, faults }
}

/** Null: the page may be read. `limited` is what it is charged to, null for a script. */
async function chargePage({ limiting }: Kernel, limited: string | null): Promise<Limited | null> {
  if (limited === null) return null
  return limiting.charge([{ key: limited, limit: limits.historyPagesHourly, windowMs: hourMs }], 'history')
}

interface CheckedRows {
  readonly faults: readonly HistoryFault[]
  /** What the rows were checked against. */
  readonly head: HistoryHead
  /** The digest of the rows below `digestBelow`. */
  readonly digest: string | null
}

/** Reads and checks every row. If the record was written meanwhile and something seems wrong, all is read again. */
export async function checkAllRows(
  kernel: Kernel,
  loaded: LoadedRecord<AccountState>,
  asked: {
    readonly anchor: HistoryAnchor | null
    readonly digestBelow?: number
    /** The key of the limiter that each page is charged to. */
    readonly limited: string | null
  },
): Promise<CheckedRows | Limited | null> {
  for (let round = 0, record = loaded; ; round++) {
    const rowCheck = rowCheckOf(kernel, record)
    const check = createHistoryCheck({ ...rowCheck, version: record.version ?? '', ...asked })
    const limited = await readAll(kernel, record, check, asked.limited)
    if (limited !== null) return limited
    const again = await kernel.loadRecord(record.id)
    if (again === null) return null
    const faults = check.end(again.history.n)
    if (faults.length === 0 || again.version === record.version || round >= mostRounds) {
      return { faults, head: rowCheck.head, digest: check.digest }
    }
    record = again
  }
}

function tampered(faults: readonly (HistoryFault | FactFault)[]): HistoryVerdict {
  return { ok: false, reason: 'tampered', faults }
}

/** Reads every row, oldest first. Answers when to try again, if somebody reads too much. */
async function readAll(
  kernel: Kernel,
  { id, history: { from } }: LoadedRecord<AccountState>,
  check: RunningCheck,
  limitedBy: string | null,
): Promise<Limited | null> {
  const { storage } = kernel
  const limit = limits.historyPage
  // Rows before the first number have no cursor to go on from. So they are read apart.
  const first = await storage.listEvents({ id, limit, order: 'oldest' })
  check.take(first.items.filter(({ n }) => !(n >= 1)))
  for (let after: string | null = String(from - 1); after !== null && !check.isFull;) {
    const limited = await chargePage(kernel, limitedBy)
    if (limited !== null) return limited
    const page: Page<EventRow> | null = await orMalformed(storage.listEvents({ id, limit, order: 'oldest', after }))
    if (page === null) break
    check.take(page.items)
    after = leadingOn(after, page.next)
    await kernel.nextTurn()
  }
  return null
}

function readAnchor(kernel: Kernel, id: string, anchor: VerifyHistoryInput['anchor']): HistoryAnchor | null {
  if (anchor === undefined || anchor === null) return null
  requireObject(anchor, 'anchor')
  const { realm, id: of, n, d } = anchor
  requireInteger(n, 'anchor.n', { from: 0, to: Number.MAX_SAFE_INTEGER })
  if (typeof d !== 'string') throw argumentError('anchor.d', 'a text')
  if (realm !== kernel.settings.realm || of !== id) throw argumentError('anchor', 'of the same account and realm')
  return anchor
}
