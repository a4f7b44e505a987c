import { requireInteger } from '../../core/arguments.ts'
import { isNightlatchError } from '../../core/errors.ts'
import type { Fact, LoginSummary, SecurityEvent } from '../../core/events/index.ts'
import { eventsToCsv } from '../../core/events/csv.ts'
import { summarizeLogins } from '../../core/events/summarize.ts'
import { limits } from '../../core/limits.ts'
import type { ChainFault } from '../../core/record/verify-chain.ts'
import { verifyChain } from '../../core/record/verify-chain.ts'
import type { AccountState } from '../../core/account/record/state.ts'
import type { EventRow, FactRow, Page, RecordId } from '../../ports/storage.ts'
import type { Kernel } from '../loop/kernel.ts'
import { readEvents, readFacts } from '../loop/read-rows.ts'
import type { LoadedRecord } from '../loop/record-store.ts'
import type { Failure, PageCall } from './call/page-call.ts'
import { signedOut } from './call/page-call.ts'

export interface HistoryPageInput extends PageCall {
  /** `next` of the page before. It may come from a link, and is `malformed` if somebody changed it. */
  readonly after?: string | undefined
  /** 1 to 100, default 50 */
  readonly limit?: number | undefined
}

export interface History {
  /**
   * A page of the chained stream, newest first. It has one row for everything that was decided.
   *
   * @contract effect(storage) · limit rows · ok|signed-out|malformed
   *   · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const page = await nl.history.list({ grant, limit: 20 })
   * if (page.ok) res.json({ events: page.events, next: page.next })
   */
  list(
    input: HistoryPageInput,
  ): Promise<
    | { readonly ok: true; readonly events: readonly SecurityEvent[]; readonly next: string | null }
    | Failure<'signed-out' | 'malformed'>
  >
  /**
   * A page of the unchained stream, newest first: wrong passwords, attempts under a lock.
   *
   * @contract effect(storage) · limit rows · ok|signed-out|malformed
   *   · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const page = await nl.history.facts({ grant })
   * if (page.ok) res.json({ facts: page.facts, next: page.next })
   */
  facts(
    input: HistoryPageInput,
  ): Promise<
    | { readonly ok: true; readonly facts: readonly Fact[]; readonly next: string | null }
    | Failure<'signed-out' | 'malformed'>
  >
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
  ): Promise<{ readonly ok: true; readonly logins: readonly LoginSummary[] } | Failure<'signed-out'>>
  /**
   * Checks the whole chained stream against the record. It finds rows that were changed, removed, inserted or moved.
   *
   * @contract effect(storage) · ok|signed-out|tampered · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const checked = await nl.history.verify({ grant })
   * if (!checked.ok && checked.reason === 'tampered') console.error(checked.faults)
   */
  verify(
    input: PageCall,
  ): Promise<
    | { readonly ok: true; readonly events: number }
    | { readonly ok: false; readonly reason: 'tampered'; readonly faults: readonly ChainFault[] }
    | Failure<'signed-out'>
  >
  /**
   * The newest 5,000 rows of the chained stream as CSV (RFC 4180), safe to open in a spreadsheet.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const file = await nl.history.csv({ grant })
   * if (file.ok) res.attachment('history.csv').send(file.csv)
   */
  csv(input: PageCall): Promise<{ readonly ok: true; readonly csv: string } | Failure<'signed-out'>>
}

const largestPage = 100
const exportedRows = 5000
const summarizedRows = 500
/** How often the record is read again if it was written while its rows were read: a new row is no tampering. */
const verifyTries = 5

export function createHistory(kernel: Kernel): History {
  const { storage } = kernel
  const signedIn = async (input: PageCall): Promise<LoadedRecord<AccountState> | null> =>
    (await kernel.loadSignedIn(input.grant))?.record ?? null

  return {
    async list(input) {
      const asked = pageOf(input)
      const record = await signedIn(input)
      if (record === null) return signedOut
      const read = await orMalformed(storage.listEvents({ id: record.id, ...asked }))
      return read === null ? malformed : { ok: true, events: readEvents(read.items), next: read.next }
    },

    async facts(input) {
      const asked = pageOf(input)
      const record = await signedIn(input)
      if (record === null) return signedOut
      const read = await orMalformed(storage.listFacts({ id: record.id, ...asked }))
      return read === null ? malformed : { ok: true, facts: readFacts(read.items), next: read.next }
    },

    async logins(input) {
      const record = await signedIn(input)
      if (record === null) return signedOut
      const { id } = record
      const [rows, facts] = await Promise.all([
        newestEvents(kernel, id, summarizedRows),
        collect<FactRow>(summarizedRows, (after) => storage.listFacts({ id, limit: limits.historyPage, ...after })),
      ])
      return { ok: true, logins: summarizeLogins(readEvents(rows), readFacts(facts)) }
    },

    async verify(input) {
      const record = await signedIn(input)
      return record === null ? signedOut : verifyHistory(kernel, record)
    },

    async csv(input) {
      const record = await signedIn(input)
      if (record === null) return signedOut
      return { ok: true, csv: eventsToCsv(readEvents(await newestEvents(kernel, record.id, exportedRows))) }
    },
  }
}

async function verifyHistory(
  kernel: Kernel,
  loaded: LoadedRecord<AccountState>,
): Promise<Awaited<ReturnType<History['verify']>>> {
  let record: LoadedRecord<AccountState> | null = loaded
  for (let round = 0; record !== null; round++) {
    const rows = await newestEvents(kernel, record.id, Number.POSITIVE_INFINITY)
    const again: LoadedRecord<AccountState> | null = await kernel.records.load(record.id)
    if (again !== null && again.version !== record.version && round < verifyTries) {
      record = again
      continue
    }
    const { key: _sealed, ...head } = record.chain
    // The account is written faster than it is read: rows after the last row of this record came later.
    const moving = again !== null && again.version !== record.version
    const checked = moving ? rows.filter(({ n }) => !(n > head.n)) : rows
    const faults = verifyChain(checked, head, kernel.records.chainKey(record), record.id)
    return faults.length === 0 ? { ok: true, events: checked.length } : { ok: false, reason: 'tampered', faults }
  }
  return signedOut
}

function pageOf(input: HistoryPageInput): { readonly limit: number; readonly after?: string } {
  const { after } = input
  const limit = input.limit ?? 50
  requireInteger(limit, 'limit', { from: 1, to: largestPage })
  return { limit, ...(after === undefined ? {} : { after: typeof after === 'string' ? after.slice(0, 300) : '' }) }
}

const malformed: Failure<'malformed'> = { ok: false, reason: 'malformed' }

/** All else that is asked was checked before: what an adapter still refuses as an argument is the cursor. */
async function orMalformed<Item>(read: Promise<Page<Item>>): Promise<Page<Item> | null> {
  try {
    return await read
  } catch (error) {
    if (isNightlatchError(error) && error.code === 'NL_ARGUMENT') return null
    throw error
  }
}

async function newestEvents({ storage }: Kernel, id: RecordId, most: number): Promise<readonly EventRow[]> {
  return collect(most, (after) => storage.listEvents({ id, limit: limits.historyPage, ...after }))
}

async function collect<Item>(
  most: number,
  read: (cursor: { readonly after?: string }) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const items: Item[] = []
  let after: string | null = null
  do {
    const page: Page<Item> | null = after === null ? await read({}) : await orMalformed(read({ after }))
    // The storage refuses its own cursor if it made it of a row that somebody inserted. That row is among the items.
    if (page === null) break
    items.push(...page.items)
    after = page.next
  } while (after !== null && items.length < most)
  return items
}
