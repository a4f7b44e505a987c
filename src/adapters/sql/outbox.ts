import type { OutboxMessage, SettleMessage, TakeMessages } from '../../ports/storage.ts'
import type { SqlDialect } from './dialect.ts'
import type { Query } from './prepared.ts'
import { runPrepared } from './prepared.ts'
import type { Database } from './tables.ts'

export async function takeMessages(
  dialect: SqlDialect,
  db: Database,
  request: TakeMessages,
): Promise<readonly OutboxMessage[]> {
  const rows = await dialect.take(db, request)
  const taken = rows.map((row) => ({
    recordId: row.record_id,
    messageId: row.message_id,
    channel: row.channel,
    dueAt: Number(row.due_at),
    attempts: Number(row.attempts),
    body: row.body,
  }))
  // An update returns its rows in any order. For messages due at the same time the order does not matter.
  return taken.sort((a, b) => a.dueAt - b.dueAt)
}

/** `db` is the instance that the connection belongs to. */
export async function settleMessage(
  db: Database,
  connection: Database,
  { recordId, messageId, leaseToken, outcome }: SettleMessage,
): Promise<boolean> {
  if (typeof outcome === 'string') {
    const removed = await runPrepared(db, connection, deleteMessage, [{ recordId, messageId, leaseToken }])
    return removed.numAffectedRows === 1n
  }
  const left = outcome.body === undefined ? {} : { body: outcome.body }
  const retryAt = 'retryAt' in outcome ? outcome.retryAt : undefined
  const freed = retryAt === undefined ? {} : { due_at: retryAt, lease_token: null, lease_until: null }
  const changed = await connection
    .updateTable('nightlatch_messages')
    .set({ ...left, ...freed })
    .where('record_id', '=', recordId)
    .where('message_id', '=', messageId)
    .where('lease_token', '=', leaseToken)
    .executeTakeFirst()
  return changed.numUpdatedRows === 1n
}

const deleteMessage: Query<Pick<SettleMessage, 'recordId' | 'messageId' | 'leaseToken'>, unknown> = (db, [row]) =>
  db
    .deleteFrom('nightlatch_messages')
    .where('record_id', '=', row!.recordId)
    .where('message_id', '=', row!.messageId)
    .where('lease_token', '=', row!.leaseToken)
