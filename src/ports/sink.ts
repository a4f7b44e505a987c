import type { Fact, SecurityEvent } from '../core/events/index.ts'

/** What one call stored. */
export interface SinkEntry {
  /** Null for facts about nobody's account. */
  readonly accountId: string | null
  readonly events: readonly SecurityEvent[]
  readonly facts: readonly Fact[]
  /** Where the account's chained history stands now: kept elsewhere, it shows a rollback of the whole database. */
  readonly head: { readonly n: number; readonly link: string } | null
}

/**
 * A second place for the history: a log service, a SIEM. Called once for each commit whose answer arrived; what it
 * throws is ignored, since the rows are stored already.
 */
export type Sink = (entry: SinkEntry) => void | Promise<void>
