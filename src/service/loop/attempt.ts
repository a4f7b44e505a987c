import type { DraftMessage } from '../../core/account/record/messages.ts'
import type { Commit } from '../../core/account/record/step.ts'
import { NightlatchError } from '../../core/errors.ts'
import type { SharedValues } from '../../core/events/index.ts'
import { encodeEvent } from '../../core/events/stored-text.ts'
import { limits } from '../../core/limits.ts'
import { saltLength } from '../../core/record/history-form.ts'
import { appendEvents, withMarks } from '../../core/record/history.ts'
import type { Random } from '../../ports/random.ts'
import type { HistoryAnchor } from '../../ports/sink.ts'
import type { CommitAnswer, EventRow, NewMessage, Storage } from '../../ports/storage.ts'
import type { Lease } from '../messages/lease.ts'
import type { LoadedRecord, Marked, RecordStore } from './record-store.ts'
import { newAttemptId } from './record-store.ts'

export interface AttemptParts<S extends Marked> {
  readonly storage: Storage
  readonly records: RecordStore<S>
  readonly random: Random
  /** Seals drafted messages for the outbox. */
  readonly sealMessages: (recordId: string, messages: readonly DraftMessage[], now: number) => readonly NewMessage[]
}

/** What a commit wrote beside the record. */
export interface Written {
  readonly messages: readonly NewMessage[]
  readonly lease: Lease
  readonly events: readonly EventRow[]
  readonly anchor: HistoryAnchor
}

interface PreparedAttempt {
  readonly id: string
  readonly written: Written
  readonly commit: () => Promise<CommitAnswer>
}

/** Null: the storage threw, and may have written all the same. */
export async function send({
  commit,
}: PreparedAttempt): Promise<{ readonly answer: CommitAnswer | null; readonly fault: unknown }> {
  try {
    return { answer: await commit(), fault: null }
  } catch (fault) {
    return { answer: null, fault }
  }
}

/** Everything that a commit writes, made once for the record as it was loaded. */
export function prepareAttempt<S extends Marked, R>(
  { storage, records, random, sealMessages }: AttemptParts<S>,
  record: LoadedRecord<S>,
  { state, events, messages: drafts, keys, marks }: Commit<R, S>,
  shared: SharedValues,
  now: number,
): PreparedAttempt {
  const id = newAttemptId(random)
  // Found again after a lost race, it would pass for this call's own commit.
  if (record.attempts.includes(id)) throw new NightlatchError('NL_CONFIG', 'random must give other bytes at each call')
  const lease: Lease = { token: newAttemptId(random), until: now + limits.messageLeaseMs }
  const version = records.nextVersion(record)
  const { key: sealedKey, ...loaded } = record.history
  const before = marks?.birth === record.birth ? withMarks(loaded, marks) : loaded
  const form = {
    place: records.place(record),
    key: records.historyKey(record),
    version,
    salt: () => random(saltLength),
  }
  const rows = events.map((event) => ({ type: event.type, at: now, fields: encodeEvent(event, shared) }))
  const history = appendEvents(before, form, rows)
  const attempts = [...record.attempts, id].slice(-limits.attemptIds)
  const kept = { ...history.head, key: sealedKey }
  const doc = records.write({ ...record, at: now, state, history: kept, attempts }, version, record)
  const messages = sealMessages(record.id, drafts, now)
  const change = {
    id: record.id,
    attemptId: id,
    expected: record.version,
    version,
    doc,
    summary: records.kind.summarize(state, now),
    keys,
    events: history.rows,
    messages,
    ...(messages.length > 0 ? { lease } : {}),
  }
  return {
    id,
    written: { messages, lease, events: history.rows, anchor: records.anchor(record.id, history.head, now) },
    commit: () => storage.commit(change),
  }
}
