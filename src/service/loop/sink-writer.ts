import type { Sink, SinkEntry } from '../../ports/sink.ts'
import type { FactRow, RecordId } from '../../ports/storage.ts'
import { accountIdOf } from '../keys/account-id.ts'
import { callHook } from './call-hook.ts'
import { readEvents, readFact } from './read-rows.ts'
import type { Tell } from './reports.ts'
import type { Written } from './attempt.ts'

/** Passes on to the host's sink what was stored. Neither waits for it nor throws. */
export interface SinkWriter {
  facts(recordId: RecordId | null, rows: readonly FactRow[]): void
  commit(recordId: RecordId, written: Pick<Written, 'events' | 'anchor'>): void
}

export function createSinkWriter(sink: Sink | undefined, tell: Tell): SinkWriter {
  if (sink === undefined) return { facts: () => undefined, commit: () => undefined }

  const write = (entry: SinkEntry): void => {
    // The rows are stored already: a sink that fails must not change an answer.
    callHook(
      () => sink(entry),
      (cause) => {
        tell('sink', 'the sink failed: it may lack rows that are stored', { cause })
      },
    )
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
