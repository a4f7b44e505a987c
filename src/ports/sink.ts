import type { Fact, SecurityEvent } from '../core/events/index.ts'
import type { RecordId } from './storage.ts'

/** What one call stored. */
export interface SinkEntry {
  /** Null for facts about nobody's account. */
  readonly accountId: string | null
  readonly events: readonly SecurityEvent[]
  readonly facts: readonly Fact[]
  /** The newest event of the account's history. Kept elsewhere, it shows a rollback of the whole database. */
  readonly head: HistoryAnchor | null
}

/** The state of a history, to be kept where whoever can write the database cannot write. For `history.verify`. */
export interface HistoryAnchor {
  readonly realm: string
  readonly kind: string
  /** The id of the record. */
  readonly id: RecordId
  /** The number of the newest event. */
  readonly n: number
  /** The digest over all events up to there, base64url. */
  readonly d: string
  /** Events below this number were removed. */
  readonly from: number
  /** ms since epoch */
  readonly at: number
}

/**
 * Gets the history a second time: a log service, a SIEM. Called once for each commit whose answer arrived, and for
 * facts. An error, or no end within 10 s, is reported and changes no answer, because the rows are stored already.
 */
export type Sink = (entry: SinkEntry) => void | Promise<void>
