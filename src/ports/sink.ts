import type { Fact, SecurityEvent } from '../core/events/index.ts'

/** What one call stored. */
export interface SinkEntry {
  /** Null for facts about nobody's account. */
  readonly accountId: string | null
  readonly events: readonly SecurityEvent[]
  readonly facts: readonly Fact[]
  /** The newest event of the account's chained history. Kept elsewhere, it shows a rollback of the whole database. */
  readonly head: { readonly n: number; readonly link: string } | null
}

/**
 * Gets the history a second time: a log service, a SIEM. Called once for each commit whose answer arrived, and for
 * facts. Its errors are ignored, because the rows are stored already.
 */
export type Sink = (entry: SinkEntry) => void | Promise<void>
