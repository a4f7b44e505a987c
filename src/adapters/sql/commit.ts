import type { Change, CommitAnswer } from '../../ports/storage.ts'
import type { SqlDialect } from './dialect.ts'
import type { Query } from './prepared.ts'
import { runPrepared } from './prepared.ts'
import type { CommitRows, Database, EventTableRow, MessageRow, RecordRow } from './tables.ts'

/** The rows are made before the first statement, so that nothing the caller does meanwhile changes them. */
export function rowsOf(change: Change): CommitRows {
  const { id, expected, version, doc, summary, keys, events, messages, lease } = change
  return {
    expected,
    record: {
      id,
      version,
      doc,
      kind: summary.kind,
      created_at: summary.createdAt,
      updated_at: summary.updatedAt,
      totp_authenticators: summary.totpAuthenticators,
      backup_codes_left: summary.backupCodesLeft,
      locked_until: summary.lockedUntil,
    },
    claim: [...new Set(keys.claim)],
    release: [...keys.release],
    events: events.map(({ n, type, at, body }) => ({ record_id: id, n, type, at, body })),
    messages: messages.map(({ messageId, channel, dueAt, body }) => ({
      record_id: id,
      message_id: messageId,
      channel,
      due_at: dueAt,
      attempts: lease ? 1 : 0,
      lease_token: lease?.token ?? null,
      lease_until: lease?.until ?? null,
      body,
    })),
  }
}

/** Commits in a transaction. The usual change takes two statements, beside begin and commit. */
export async function commitInTransaction(dialect: SqlDialect, db: Database, rows: CommitRows): Promise<CommitAnswer> {
  return dialect.transaction(
    db,
    async (transaction) => {
      if (!(await writeRecord(dialect, db, transaction, rows))) return 'conflict'
      if (!(await writeKeys(dialect, transaction, rows))) return 'key-taken'
      if (rows.events.length > 0) await runPrepared(db, transaction, insertEvents, rows.events)
      if (rows.messages.length > 0) await runPrepared(db, transaction, insertMessages, rows.messages)
      return 'committed'
    },
    (answer) => answer === 'committed',
  )
}

const insertEvents: Query<EventTableRow, unknown> = (db, rows) => db.insertInto('nightlatch_events').values(rows)

const insertMessages: Query<MessageRow, unknown> = (db, rows) => db.insertInto('nightlatch_messages').values(rows)

/** Columns that never change are left out. Two of them are in an index, and to set them would write its entry anew. */
const updateRecord: Query<RecordRow & { readonly expected: string }, unknown> = (db, [row]) => {
  const { id, expected, kind: _kind, created_at: _createdAt, ...changed } = row!
  return db.updateTable('nightlatch_records').set(changed).where('id', '=', id).where('version', '=', expected)
}

async function writeRecord(
  dialect: SqlDialect,
  db: Database,
  transaction: Database,
  { expected, record }: CommitRows,
): Promise<boolean> {
  if (expected === null) {
    const insert = transaction.insertInto('nightlatch_records').values(record)
    const inserted = await dialect.ifAbsent(insert).executeTakeFirst()
    return inserted.numInsertedOrUpdatedRows === 1n
  }
  const updated = await runPrepared(db, transaction, updateRecord, [{ ...record, expected }])
  return updated.numAffectedRows === 1n
}

async function writeKeys(dialect: SqlDialect, db: Database, { record, claim, release }: CommitRows): Promise<boolean> {
  if (release.length > 0) {
    const own = db.deleteFrom('nightlatch_keys').where('record_id', '=', record.id)
    await own.where('unique_key', 'in', release).execute()
  }
  if (claim.length === 0) return true
  const claims = claim.map((unique_key) => ({ unique_key, record_id: record.id }))
  const inserted = await dialect.ifAbsent(db.insertInto('nightlatch_keys').values(claims)).executeTakeFirst()
  if (inserted.numInsertedOrUpdatedRows === BigInt(claim.length)) return true
  const foreign = await db
    .selectFrom('nightlatch_keys')
    .select('record_id')
    .where('unique_key', 'in', claim)
    .where('record_id', '!=', record.id)
    .limit(1)
    .execute()
  return foreign.length === 0
}
