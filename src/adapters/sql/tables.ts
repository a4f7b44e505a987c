import type { Kysely } from 'kysely'
import type { Channel } from '../../ports/storage.ts'

/** The rows of every engine. Times are whole milliseconds. `fields` is JSON text. */
export interface Tables {
  readonly nightlatch_records: RecordRow
  readonly nightlatch_keys: { readonly unique_key: string; readonly record_id: string }
  readonly nightlatch_events: EventTableRow
  readonly nightlatch_facts: FactTableRow
  readonly nightlatch_messages: MessageRow
  readonly nightlatch_migrations: { readonly name: string }
}

export type Database = Kysely<Tables>

export interface RecordRow {
  readonly id: string
  readonly version: string
  readonly doc: string
  readonly kind: string
  readonly created_at: number
  readonly updated_at: number
  readonly totp_authenticators: number
  readonly backup_codes_left: number
  readonly locked_until: number | null
}

export interface EventTableRow {
  readonly record_id: string
  readonly n: number
  readonly type: string
  readonly at: number
  readonly body: string
}

export interface FactTableRow {
  /** Empty for a fact without a record, because some engines allow no null in a key. No record id is empty. */
  readonly record_id: string
  readonly at: number
  readonly id: string
  readonly type: string
  readonly fields: string
  readonly mac: string
}

export interface MessageRow {
  readonly record_id: string
  readonly message_id: string
  readonly channel: Channel
  readonly due_at: number
  readonly attempts: number
  readonly lease_token: string | null
  readonly lease_until: number | null
  readonly body: string
}

/** What one commit writes. */
export interface CommitRows {
  readonly expected: string | null
  readonly record: RecordRow
  readonly claim: readonly string[]
  readonly release: readonly string[]
  readonly events: readonly EventTableRow[]
  readonly messages: readonly MessageRow[]
}
