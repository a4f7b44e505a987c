import {
  requireHistoryQuery,
  requireLimit,
  requireNumber,
  requireRecordId,
  requireRows,
  requireSettlement,
  requireTaking,
} from '../../core/storage-query.ts'
import type { Directory } from '../../ports/directory.ts'
import type { Storage } from '../../ports/storage.ts'
import { commit } from './commit.ts'
import { append, eventsPage, factsPage, prune, replace } from './history.ts'
import { settle, take } from './outbox.ts'
import type { Store } from './store.ts'

/**
 * Storage in the memory of one process, for tests and first trials. Everything is lost when the process ends. Each call
 * is atomic, and works on copies.
 *
 * @contract effect(memory) · times ms since epoch · the outcomes of `Storage` · throws NL_ARGUMENT, NL_STORAGE_FAILED
 * @example
 * const storage = memoryStorage()
 */
export function memoryStorage(): Storage & Directory {
  const store: Store = { partitions: new Map(), keys: new Map() }

  return {
    async load(id) {
      const record = store.partitions.get(id)?.record
      return record ? { ...record } : null
    },

    async commit(change) {
      requireRecordId(change.id)
      return commit(store, change)
    },

    async listRecords({ after, limit }) {
      requireLimit(limit)
      if (after !== undefined) requireRecordId(after)
      const ids = [...store.partitions]
        .filter(([id, { record }]) => record !== null && (after === undefined || id > after))
        .map(([id]) => id)
        .sort()
      const items = ids.slice(0, limit)
      return { items, next: ids.length > limit ? (items.at(-1) ?? null) : null }
    },

    async pruneEvents({ id, below }) {
      requireRecordId(id)
      requireNumber(below, 'below')
      prune(store, id, below)
    },

    async replaceEvents({ id, rows }) {
      requireRecordId(id)
      requireRows(rows, 'rows')
      replace(store, id, rows)
    },

    async find(key) {
      return store.keys.get(key) ?? null
    },

    async append(facts) {
      requireRows(facts, 'facts')
      for (const { recordId } of facts) if (recordId !== null) requireRecordId(recordId)
      append(store, facts)
    },

    async listEvents(query) {
      requireHistoryQuery(query)
      return eventsPage(store, query)
    },

    async listFacts(query) {
      requireHistoryQuery(query)
      return factsPage(store, query)
    },

    async takeMessages(request) {
      requireTaking(request)
      return take(store, request)
    },

    async settleMessage(settled) {
      requireSettlement(settled.outcome)
      return settle(store, settled)
    },
  }
}
