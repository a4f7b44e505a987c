import type { Sink, SinkEntry } from '../../ports/sink.ts'
import type { FactRow, RecordId } from '../../ports/storage.ts'
import { accountIdOf } from '../keys/account-id.ts'
import { readEvents, readFact } from './read-rows.ts'
import type { Written } from './transact.ts'

/** Passes on to the host's sink what was stored. Neither waits for it nor throws. */
export interface SinkWriter {
  facts(recordId: RecordId | null, rows: readonly FactRow[]): void
  commit(recordId: RecordId, written: Pick<Written, 'events' | 'anchor'>): void
}

export function createSinkWriter(sink: Sink | undefined): SinkWriter {
  if (sink === undefined) return { facts: () => undefined, commit: () => undefined }

  const write = (entry: SinkEntry): void => {
    // The rows are stored already: a sink that fails must not change an answer.
    void Promise.resolve(entry)
      .then(sink)
      .catch(() => undefined)
  }
  return {
    facts(recordId, rows) {
      const accountId = recordId === null ? null : accountIdOf(recordId)
      const facts = rows.map(readFact).filter((fact) => fact !== null)
      write({ accountId, events: [], facts, head: null })
    },
    commit(recordId, { events, anchor: head }) {
      write({ accountId: accountIdOf(recordId), events: readEvents(events), facts: [], head })
    },
  }
}
