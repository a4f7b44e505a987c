import { requireInteger } from '../../../core/arguments.ts'
import type { AccountState } from '../../../core/account/record/state.ts'
import { moveMarks, shortenedFields } from '../../../core/account/record/retention.ts'
import { NightlatchError } from '../../../core/errors.ts'
import { limits } from '../../../core/limits.ts'
import type { HistoryFault } from '../../../core/record/check-history.ts'
import type { HistoryMarks } from '../../../core/record/history.ts'
import { shortenRow } from '../../../core/record/shorten-row.ts'
import type { Directory } from '../../../ports/directory.ts'
import type { EventRow } from '../../../ports/storage.ts'
import { accountIdOf, recordIdOf, requireAccountId } from '../../keys/account-id.ts'
import type { Kernel } from '../../loop/kernel.ts'
import type { LoadedRecord } from '../../loop/record-store.ts'
import { rowCheckOf } from '../history/genuine.ts'
import { leadingOn } from '../history/pages.ts'
import { checkAllRows } from '../history/verify.ts'
import { nobody } from './nobody.ts'

export interface RetentionInput {
  readonly accountId: string
  /** ms since epoch: events before this time. */
  readonly before: number
}

export type RetentionResult =
  /** `below`: events below this number are shortened, or gone. */
  | { readonly ok: true; readonly below: number }
  | { readonly ok: false; readonly reason: 'absent' | 'busy' }
  | { readonly ok: false; readonly reason: 'tampered'; readonly faults: readonly HistoryFault[] }

type Rows = Pick<Directory, 'pruneEvents' | 'replaceEvents'>

/**
 * Takes addresses and browsers out of old events. The record says first how far it goes, then rows are replaced, then
 * the record says that it is done. After a crash in between it goes on where it was.
 */
export async function shortenHistory(kernel: Kernel, input: RetentionInput): Promise<RetentionResult> {
  const rows = rowsOf(kernel)
  const record = await load(kernel, input)
  if (record === null) return { ok: false, reason: 'absent' }
  const { id, history } = record
  const below = Math.max(history.shorteningBelow, await firstSince(kernel, record, input.before))
  if (below <= history.shortenedBelow) return { ok: true, below: history.shortenedBelow }
  if (below > history.shorteningBelow) {
    const marked = await move(kernel, record, { birth: record.birth, shorteningBelow: below })
    if (!marked) return { ok: false, reason: 'busy' }
  }
  const check = rowCheckOf(kernel, { ...record, history: { ...history, shorteningBelow: below } })
  await eachPage(kernel, record, Math.max(history.from, history.shortenedBelow), async (page) => {
    const due = page.filter(({ n }) => n < below)
    const short = due.map((row) => shortenRow(check, row, shortenedFields)).filter((row) => row !== null)
    if (short.length > 0) await rows.replaceEvents({ id, rows: short })
    return due.length === page.length
  })
  const done = await move(kernel, record, { birth: record.birth, shortenedBelow: below })
  return done ? { ok: true, below } : { ok: false, reason: 'busy' }
}

/**
 * Removes old events for good, after a check of the whole history: the record then begins with the digest of what is
 * gone. What a crash left over is removed by the next call.
 */
export async function pruneHistory(kernel: Kernel, input: RetentionInput): Promise<RetentionResult> {
  const rows = rowsOf(kernel)
  const record = await load(kernel, input)
  if (record === null) return { ok: false, reason: 'absent' }
  const { id, history } = record
  const below = await firstSince(kernel, record, input.before)
  if (below > history.from) {
    const checked = await checkAllRows(kernel, record, { anchor: null, digestBelow: below, limited: null })
    if (checked === null || !('faults' in checked)) return { ok: false, reason: 'busy' }
    const { faults, digest } = checked
    if (faults.length > 0 || digest === null) return { ok: false, reason: 'tampered', faults }
    const moved = await move(kernel, record, { birth: record.birth, begin: { from: below, before: digest } })
    if (!moved) return { ok: false, reason: 'busy' }
  }
  const from = Math.max(below, history.from)
  await rows.pruneEvents({ id, below: from })
  return { ok: true, below: from }
}

function rowsOf({ storage }: Kernel): Rows {
  const { pruneEvents, replaceEvents } = storage
  if (typeof pruneEvents === 'function' && typeof replaceEvents === 'function') {
    return { pruneEvents: pruneEvents.bind(storage), replaceEvents: replaceEvents.bind(storage) }
  }
  throw new NightlatchError('NL_CONFIG', 'retention needs a storage that implements the port Directory')
}

function load(kernel: Kernel, { accountId, before }: RetentionInput): Promise<LoadedRecord<AccountState> | null> {
  requireAccountId(accountId, 'accountId')
  requireInteger(before, 'before', { from: 0, to: Number.MAX_SAFE_INTEGER })
  return kernel.loadRecord(recordIdOf(accountId))
}

/** False: too many others wrote the record at the same time. */
async function move(kernel: Kernel, { id }: LoadedRecord<AccountState>, marks: HistoryMarks): Promise<boolean> {
  const answer = await kernel.run({
    accountId: accountIdOf(id),
    useCase: moveMarks,
    command: marks,
    actor: { kind: 'system', reason: 'retention' },
    client: nobody,
    session: null,
  })
  return answer.status === 'result'
}

/** The number of the first event that is not before a time. */
async function firstSince(kernel: Kernel, record: LoadedRecord<AccountState>, time: number): Promise<number> {
  const { n: newest, from } = record.history
  let below = newest + 1
  await eachPage(kernel, record, from, (page) => {
    const first = page.find(({ at }) => !(at < time))
    if (first !== undefined) below = Math.min(first.n, newest + 1)
    return first === undefined
  })
  return below
}

/** Reads rows from a number on, oldest first, as long as `take` says true. */
async function eachPage(
  { storage, nextTurn }: Kernel,
  { id }: LoadedRecord<AccountState>,
  from: number,
  take: (rows: readonly EventRow[]) => boolean | Promise<boolean>,
): Promise<void> {
  for (let after: string | null = String(from - 1); after !== null; await nextTurn()) {
    const page: Awaited<ReturnType<typeof storage.listEvents>> = await storage.listEvents({
      id,
      limit: limits.historyPage,
      order: 'oldest',
      after,
    })
    if (!(await take(page.items))) return
    after = leadingOn(after, page.next)
  }
}
