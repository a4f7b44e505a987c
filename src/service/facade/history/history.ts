import type { Fact, LoginSummary, SecurityEvent } from '../../../core/events/index.ts'
import { eventsToCsv } from '../../../core/events/csv.ts'
import { summarizeLogins } from '../../../core/events/summarize.ts'
import { limits } from '../../../core/limits.ts'
import type { AccountState } from '../../../core/account/record/state.ts'
import type { EventRow, FactRow, Page } from '../../../ports/storage.ts'
import type { Kernel } from '../../loop/kernel.ts'
import type { LoadedRecord } from '../../loop/record-store.ts'
import type { Failure, PageCall } from '../call/page-call.ts'
import { signedOut } from '../call/page-call.ts'
import type { GenuineEvents, GenuineFacts } from './genuine.ts'
import { createEventReader, createFactReader } from './genuine.ts'
import { forEachPage, orMalformed } from './pages.ts'
import type { HistoryVerdict, VerifyHistoryInput } from './verify.ts'
import { verifyHistory } from './verify.ts'

export interface HistoryPageInput extends PageCall {
  /** `next` of the page before. It may come from a link, and is `malformed` if somebody changed it. */
  readonly after?: string | undefined
  /** 1 to 100, default 50. Anything else is `malformed`. */
  readonly limit?: number | undefined
}

export interface History {
  /**
   * A page of the history, newest first. It has one row for everything that was decided. `genuine`: every stored row of
   * the page is as it was written. Others are left out. Only `verify` says whether the history is complete.
   *
   * @contract effect(storage) · limit rows · ok|signed-out|malformed
   *   · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const page = await nl.history.list({ grant, limit: 20 })
   * if (page.ok) res.json({ events: page.events, next: page.next })
   */
  list(
    input: HistoryPageInput,
  ): Promise<
    (GenuineEvents & { readonly ok: true; readonly next: string | null }) | Failure<'signed-out' | 'malformed'>
  >
  /**
   * A page of the facts, newest first: wrong passwords, attempts under a lock. `genuine`: every stored row of the page
   * is as it was written. Others are left out. Removed facts do not show.
   *
   * @contract effect(storage) · limit rows · ok|signed-out|malformed
   *   · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const page = await nl.history.facts({ grant })
   * if (page.ok) res.json({ facts: page.facts, next: page.next })
   */
  facts(
    input: HistoryPageInput,
  ): Promise<(GenuineFacts & { readonly ok: true; readonly next: string | null }) | Failure<'signed-out' | 'malformed'>>
  /**
   * One row for each login with the failed attempts before it, newest first. It reads the newest rows of both streams.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const history = await nl.history.logins({ grant })
   * if (history.ok) res.json(history.logins)
   */
  logins(
    input: PageCall,
  ): Promise<
    { readonly ok: true; readonly logins: readonly LoginSummary[]; readonly genuine: boolean } | Failure<'signed-out'>
  >
  /**
   * Checks the whole history against the record, page by page. It names rows that were changed, removed, added or
   * reordered, and facts that were changed or added. Removed facts do not show, and its answer says so. With a grant
   * that is newer than the record, or an `anchor` that was kept elsewhere, it also finds that record and rows were
   * rolled back together. Such a grant counts nowhere else: then nothing else is checked. A right history answers with
   * its anchor.
   *
   * @contract effect(storage) · anchor.at ms · ok|signed-out|tampered|too-many-attempts
   *   · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const checked = await nl.history.verify({ grant })
   * if (!checked.ok && checked.reason === 'tampered') console.error(checked.faults)
   */
  verify(input: VerifyHistoryInput): Promise<HistoryVerdict>
  /**
   * The newest 5,000 genuine rows of the history as CSV (RFC 4180), safe to open in a spreadsheet.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const file = await nl.history.csv({ grant })
   * if (file.ok) res.attachment('history.csv').send(file.csv)
   */
  csv(
    input: PageCall & {
      /** False: without the byte order mark, which spreadsheets need to read letters beyond ASCII. */
      readonly bom?: boolean | undefined
    },
  ): Promise<{ readonly ok: true; readonly csv: string; readonly genuine: boolean } | Failure<'signed-out'>>
}

const largestPage = 100
const exportedRows = 5000
const summarizedRows = 500

export function createHistory(kernel: Kernel): History {
  const { storage, nextTurn } = kernel
  const signedIn = async (input: PageCall): Promise<LoadedRecord<AccountState> | null> =>
    (await kernel.loadSignedIn(input.grant))?.record ?? null

  const newestEvents = async (record: LoadedRecord<AccountState>, most: number): Promise<GenuineEvents> => {
    const { id } = record
    const events: SecurityEvent[] = []
    let genuine = true
    const read = (after: object): Promise<Page<EventRow>> =>
      storage.listEvents({ id, limit: limits.historyPage, ...after })
    const readRows = createEventReader(kernel, record)
    await forEachPage(most, read, nextTurn, async (rows) => {
      const page = await readRows(rows)
      events.push(...page.events)
      genuine &&= page.genuine
    })
    return { events, genuine }
  }

  return {
    async list(input) {
      const asked = pageOf(input)
      const record = await signedIn(input)
      if (record === null) return signedOut
      if (asked === null) return malformed
      const read = await orMalformed(storage.listEvents({ id: record.id, ...asked }))
      if (read === null) return malformed
      // Rows of the page before that come once more are not genuine here.
      const below = asked.after === undefined ? Infinity : Number(asked.after)
      return { ok: true, ...(await createEventReader(kernel, record, below)(read.items)), next: read.next }
    },

    async facts(input) {
      const asked = pageOf(input)
      const record = await signedIn(input)
      if (record === null) return signedOut
      if (asked === null) return malformed
      await kernel.afterwards.caughtUp()
      const read = await orMalformed(storage.listFacts({ id: record.id, ...asked }))
      if (read === null) return malformed
      const readRows = await createFactReader(kernel, record.id)
      return { ok: true, ...readRows(read.items), next: read.next }
    },

    async logins(input) {
      const record = await signedIn(input)
      if (record === null) return signedOut
      const { id } = record
      await kernel.afterwards.caughtUp()
      const readFactRows = (after: object): Promise<Page<FactRow>> =>
        storage.listFacts({ id, limit: limits.historyPage, ...after })
      const read = await newestEvents(record, summarizedRows)
      const readRows = await createFactReader(kernel, id)
      const facts: Fact[] = []
      let { genuine } = read
      await forEachPage(summarizedRows, readFactRows, nextTurn, (rows) => {
        const page = readRows(rows)
        facts.push(...page.facts)
        genuine &&= page.genuine
      })
      return { ok: true, logins: summarizeLogins(read.events, facts), genuine }
    },

    verify: (input) => verifyHistory(kernel, input),

    async csv(input) {
      const record = await signedIn(input)
      if (record === null) return signedOut
      const { events, genuine } = await newestEvents(record, exportedRows)
      return { ok: true, csv: eventsToCsv(events, { bom: input.bom !== false }), genuine }
    },
  }
}

/** Null: the page that is asked for cannot be meant. It may come from a link. */
function pageOf({ after, limit = 50 }: HistoryPageInput): { readonly limit: number; readonly after?: string } | null {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > largestPage) return null
  if (after === undefined) return { limit }
  return typeof after === 'string' ? { limit, after: after.slice(0, 300) } : null
}

const malformed: Failure<'malformed'> = { ok: false, reason: 'malformed' }
