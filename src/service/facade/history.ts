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
  /** From `next` of the page before; may come from a link, and is `malformed` if somebody changed it. */
  readonly after?: string | undefined
  /** 1 to 100, default 50 */
  readonly limit?: number | undefined
}

export interface History {
  /**
   * The chained stream, newest first: one row for everything that was decided.
   *
   * @contract effect(storage) · ok|signed-out|malformed · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_RECORD_…
   */
  list(
    input: HistoryPageInput,
  ): Promise<
    | { readonly ok: true; readonly events: readonly SecurityEvent[]; readonly next: string | null }
    | Failure<'signed-out' | 'malformed'>
  >
  /**
   * The unchained stream, newest first: failed passwords, attempts under a lock.
   *
   * @contract effect(storage) · ok|signed-out|malformed · throws NL_ARGUMENT, NL_STORAGE_FAILED, NL_RECORD_…
   */
  facts(
    input: HistoryPageInput,
  ): Promise<
    | { readonly ok: true; readonly facts: readonly Fact[]; readonly next: string | null }
    | Failure<'signed-out' | 'malformed'>
  >
  /**
   * One row per login with the failed attempts before it, newest first, made of the newest rows of both streams.
   *
   * @contract effect(storage) · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   */
  logins(
    input: PageCall,
  ): Promise<{ readonly ok: true; readonly logins: readonly LoginSummary[] } | Failure<'signed-out'>>
  /**
   * Checks the whole chained stream against the record: finds what was changed, removed, inserted or moved.
   *
   * @contract effect(storage) · ok|signed-out|tampered · throws NL_STORAGE_FAILED, NL_RECORD_…
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
   */
  csv(input: PageCall): Promise<{ readonly ok: true; readonly csv: string } | Failure<'signed-out'>>
}

const largestPage = 100
const exportedRows = 5000
const summarizedRows = 500
/** Commits that land while the rows are read are no tampering: the record is read again this often. */
const verifyTries = 5

export function createHistory(kernel: Kernel): History {
  const { storage } = kernel

  const page = (input: HistoryPageInput): { readonly limit: number; readonly after?: string } => {
    const limit = input.limit ?? 50
    requireInteger(limit, 'limit', { from: 1, to: largestPage })
    return {
      limit,
      ...(input.after === undefined ? {} : { after: typeof input.after === 'string' ? input.after.slice(0, 300) : '' }),
    }
  }

  const events = async (id: RecordId, most: number): Promise<readonly EventRow[]> =>
    collect(most, (after) => storage.listEvents({ id, limit: limits.historyPage, ...after }))

  return {
    async list(input) {
      const asked = page(input)
      const entered = await kernel.loadFor(input.grant)
      if (entered === null) return signedOut
      const read = await orMalformed(storage.listEvents({ id: entered.record.id, ...asked }))
      return read === null ? malformed : { ok: true, events: readEvents(read.items), next: read.next }
    },

    async facts(input) {
      const asked = page(input)
      const entered = await kernel.loadFor(input.grant)
      if (entered === null) return signedOut
      const read = await orMalformed(storage.listFacts({ id: entered.record.id, ...asked }))
      return read === null ? malformed : { ok: true, facts: readFacts(read.items), next: read.next }
    },

    async logins(input) {
      const entered = await kernel.loadFor(input.grant)
      if (entered === null) return signedOut
      const { id } = entered.record
      const [rows, facts] = await Promise.all([
        events(id, summarizedRows),
        collect<FactRow>(summarizedRows, (after) => storage.listFacts({ id, limit: limits.historyPage, ...after })),
      ])
      const summary = summarizeLogins(readEvents(rows), readFacts(facts))
      return { ok: true, logins: summary }
    },

    async verify(input) {
      const entered = await kernel.loadFor(input.grant)
      if (entered === null) return signedOut
      let record: LoadedRecord<AccountState> | null = entered.record
      for (let round = 0; record !== null; round++) {
        const rows = await events(record.id, Number.POSITIVE_INFINITY)
        const again: LoadedRecord<AccountState> | null = await kernel.records.load(record.id)
        if (again !== null && again.version !== record.version && round < verifyTries) {
          record = again
          continue
        }
        const { key: _sealed, ...head } = record.chain
        // An account that is written faster than it is read: what lies beyond the record's last row came later.
        const moving = again !== null && again.version !== record.version
        const checked = moving ? rows.filter(({ n }) => !(n > head.n)) : rows
        const faults = verifyChain(checked, head, kernel.records.chainKey(record), record.id)
        return faults.length === 0 ? { ok: true, events: checked.length } : { ok: false, reason: 'tampered', faults }
      }
      return signedOut
    },

    async csv(input) {
      const entered = await kernel.loadFor(input.grant)
      if (entered === null) return signedOut
      const rows = await events(entered.record.id, exportedRows)
      return { ok: true, csv: eventsToCsv(readEvents(rows)) }
    },
  }
}

const malformed: Failure<'malformed'> = { ok: false, reason: 'malformed' }

/** All else that is asked is checked before: what an adapter still refuses as an argument is the cursor. */
async function orMalformed<Item>(read: Promise<Page<Item>>): Promise<Page<Item> | null> {
  try {
    return await read
  } catch (error) {
    if (isNightlatchError(error) && error.code === 'NL_ARGUMENT') return null
    throw error
  }
}

async function collect<Item>(
  most: number,
  read: (cursor: { readonly after?: string }) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const items: Item[] = []
  let after: string | null = null
  do {
    const page: Page<Item> | null = after === null ? await read({}) : await orMalformed(read({ after }))
    // The storage refuses its own cursor: it was made of a row that somebody put in, which is among the items by now.
    if (page === null) break
    items.push(...page.items)
    after = page.next
  } while (after !== null && items.length < most)
  return items
}
