import { argumentError, requireInteger, requireObject } from '../../../core/arguments.ts'
import type { AccountState } from '../../../core/account/record/state.ts'
import { authorize } from '../../../core/account/sessions/authorization.ts'
import { limits } from '../../../core/limits.ts'
import type { HistoryFault, RunningCheck } from '../../../core/record/check-history.ts'
import { createHistoryCheck } from '../../../core/record/check-history.ts'
import type { HistoryAnchor } from '../../../ports/sink.ts'
import type { EventRow, Page } from '../../../ports/storage.ts'
import { recordIdOf } from '../../keys/account-id.ts'
import type { Acting } from '../../keys/acting.ts'
import type { Kernel } from '../../loop/kernel.ts'
import type { LoadedRecord } from '../../loop/record-store.ts'
import type { Failure, PageCall } from '../call/page-call.ts'
import { signedOut } from '../call/page-call.ts'
import { rowCheckOf } from './genuine.ts'
import { orMalformed } from './pages.ts'

export interface VerifyHistoryInput extends PageCall {
  /** A head that was kept elsewhere, from the sink or from an earlier check. It shows that both were rolled back. */
  readonly anchor?: HistoryAnchor | null | undefined
}

export type HistoryVerdict =
  | { readonly ok: true; readonly events: number; readonly anchor: HistoryAnchor }
  | { readonly ok: false; readonly reason: 'tampered'; readonly faults: readonly HistoryFault[] }
  | Failure<'signed-out' | 'too-many-attempts'>

/** How often a record that was written while its rows were read is read again, if something seemed to be wrong. */
const mostRounds = 5
const hourMs = 3_600_000

/** Checks all rows of a history, page by page. Between two pages other work gets its turn. */
export async function verifyHistory(kernel: Kernel, input: VerifyHistoryInput): Promise<HistoryVerdict> {
  const acting = kernel.acting(input.grant)
  if (acting === null) return signedOut
  const recordId = recordIdOf(acting.accountId)
  const anchor = readAnchor(kernel, recordId, input.anchor)
  let record = await kernel.loadRecord(recordId)
  if (record === null) return anchor === null ? signedOut : tampered([{ fault: 'rolled-back', n: 0 }])
  if (!authorize(record.state, acting.auth, kernel.now()).ok) return signedOut

  for (let round = 0; ; round++) {
    const { key: _sealed, ...head } = record.history
    const check = createHistoryCheck({ ...rowCheckOf(kernel, record), version: record.version ?? '', anchor })
    const retryAt = await readAll(kernel, acting, record, check)
    if (retryAt !== null) return { ok: false, reason: 'too-many-attempts', retryAt }
    const again: LoadedRecord<AccountState> | null = await kernel.loadRecord(recordId)
    if (again === null) return signedOut
    const faults = check.end(again.history.n)
    if (faults.length === 0) {
      return { ok: true, events: head.n - head.from + 1, anchor: kernel.records.anchor(recordId, head, kernel.now()) }
    }
    if (again.version === record.version || round >= mostRounds) return tampered(faults)
    record = again
  }
}

function tampered(faults: readonly HistoryFault[]): HistoryVerdict {
  return { ok: false, reason: 'tampered', faults }
}

/** Reads every row, oldest first. Answers when to try again, if somebody reads too much. */
async function readAll(
  kernel: Kernel,
  { accountId, actor }: Acting,
  { id, history: { from } }: LoadedRecord<AccountState>,
  check: RunningCheck,
): Promise<number | null> {
  const { storage } = kernel
  const limit = limits.historyPage
  // What stands before the first number has no cursor to go on from: it is looked at apart.
  const first = await storage.listEvents({ id, limit, order: 'oldest' })
  check.take(first.items.filter(({ n }) => !(n >= 1)))
  for (let after: string | null = String(from - 1); after !== null && !check.isFull;) {
    if (actor.kind !== 'system') {
      const key = kernel.hash('history-page', accountId)
      const limited = await kernel.limiting.charge(
        [{ key, limit: limits.historyPagesHourly, windowMs: hourMs }],
        'history',
      )
      if (limited !== null) return limited.retryAt
    }
    const page: Page<EventRow> | null = await orMalformed(storage.listEvents({ id, limit, order: 'oldest', after }))
    if (page === null) break
    check.take(page.items)
    after = page.next
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
