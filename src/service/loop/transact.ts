import { NightlatchError } from '../../core/errors.ts'
import type { TaskResult, Task } from '../../core/account/record/tasks.ts'
import { taskKey } from '../../core/account/record/tasks.ts'
import type { Settings } from '../../core/account/record/settings.ts'
import type { Actor, Client, Context, Decision, DraftMessage, UseCase } from '../../core/account/record/step.ts'
import { versionNumber } from '../../core/record/envelope.ts'
import { limits } from '../../core/limits.ts'
import type { ChainHead } from '../../core/record/chain.ts'
import { appendEvents, saltLength } from '../../core/record/chain.ts'
import type { DraftEvent, DraftFact, SharedValues } from '../../core/events/index.ts'
import { encodeEvent } from '../../core/events/stored-text.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { CommitAnswer, EventRow, NewMessage, Storage } from '../../ports/storage.ts'
import type { AccountQueue } from './account-queue.ts'
import type { LoadedRecord, RecordStore } from './record-store.ts'
import { newAttemptId } from './record-store.ts'

export interface LoopParts<S> {
  readonly storage: Storage
  readonly records: RecordStore<S>
  readonly queue: AccountQueue
  readonly random: Random
  readonly now: Clock
  readonly settings: Settings
  /** Works one proof out, for whoever sent the request. */
  readonly runTask: (recordId: string, proof: Task, client: Client) => Promise<Uint8Array | null>
  /** Seals drafted messages for the outbox. */
  readonly sealMessages: (recordId: string, messages: readonly DraftMessage[], now: number) => readonly NewMessage[]
  /** Called once for a commit that is known to have happened. Must not throw. */
  readonly committed: (recordId: string, written: Written) => void
  readonly pause: (ms: number) => Promise<void>
  readonly jitter: () => number
}

/** What a commit wrote beside the record. */
export interface Written {
  readonly messages: readonly NewMessage[]
  readonly leaseToken: string
  readonly events: readonly EventRow[]
  readonly head: Pick<ChainHead, 'n' | 'link'>
}

export interface Call<S, C, R> {
  readonly recordId: string
  readonly useCase: UseCase<C, R, S>
  readonly command: C
  readonly actor: Actor
  readonly client: Client
  /** Whether a missing record is created; otherwise the use case is answered `absent`. */
  readonly creates: boolean
  /** What every row of this call carries. `result` is there for rows of a commit. */
  readonly shared: (callId: string, result: R | null) => SharedValues
  readonly recordFacts: (facts: readonly DraftFact[], shared: SharedValues, now: number) => Promise<void>
}

export type Answer<R> =
  | { readonly status: 'result'; readonly result: R }
  | { readonly status: 'absent' }
  /** Nothing was decided, and nothing is revealed: try again. */
  | { readonly status: 'busy' }

/** One attempt that was sent to the storage and not answered `committed`. */
interface OpenAttempt<R> {
  readonly id: string
  readonly expected: string | null
  readonly result: R
  readonly written: Written
  readonly threw: boolean
}

/**
 * The loop, the only place where state is written: load → plan → prove → decide → commit. No verdict leaves before its
 * commit. After any answer but `committed` the record is loaded again and searched for every attempt of this call, so
 * that a lost reply is told from a lost race.
 */
export function createTransact<S>(parts: LoopParts<S>): <C, R>(call: Call<S, C, R>) => Promise<Answer<R>> {
  return async (call) => {
    const turn = parts.queue.run(call.recordId, () => runCall(parts, call))
    return turn === null ? { status: 'busy' } : turn
  }
}

async function runCall<S, C, R>(parts: LoopParts<S>, call: Call<S, C, R>): Promise<Answer<R>> {
  const { records, random } = parts
  const { recordId } = call
  const entropy = random(32)
  const callId = newAttemptId(random)
  const evidence = new Map<string, TaskResult>()
  let open: OpenAttempt<R>[] = []
  let fault: unknown = null
  let keyTaken = false

  for (let round = 0; ; round++) {
    const now = parts.now()
    let loaded: LoadedRecord<S> | null
    try {
      loaded = await records.load(recordId)
    } catch (error) {
      // A verdict may hang on an attempt whose fate cannot be read now.
      if (open.some((attempt) => attempt.threw)) throw unknownFate(error)
      throw error
    }

    const landed = open.find((attempt) => loaded?.attempts.includes(attempt.id))
    if (landed !== undefined) {
      parts.committed(recordId, landed.written)
      return { status: 'result', result: landed.result }
    }
    open = open.filter((attempt) => !isLost(attempt, loaded))

    if (round >= limits.commitTries) {
      if (open.some((attempt) => attempt.threw)) throw unknownFate(fault)
      return { status: 'busy' }
    }
    if (loaded === null && !call.creates) return { status: 'absent' }

    const record = loaded ?? records.fresh(recordId, now)
    const context: Context = { now, settings: parts.settings, actor: call.actor, entropy, keyTaken }
    const { done: planned, unproven } = await planAndProve(parts, call, record, context, evidence)
    if (planned !== null) {
      if (unproven !== null) throw unproven
      if (open.some((attempt) => attempt.threw)) throw unknownFate(fault)
      await call.recordFacts(planned.facts, call.shared(callId, null), now)
      return { status: 'result', result: planned.result }
    }

    const decision = call.useCase.decide(record.state, call.command, context, [...evidence.values()])
    const attempt = prepare(parts, record, decision, call.shared(callId, decision.result), now)
    let answer: CommitAnswer | null = null
    try {
      answer = await attempt.commit()
    } catch (error) {
      fault = error
    }
    if (answer === 'committed') {
      parts.committed(recordId, attempt.written)
      // Paid for like any other attempt: an answer that tells it from a right one is a verdict too.
      if (unproven !== null) throw unproven
      return { status: 'result', result: decision.result }
    }
    keyTaken = answer === 'key-taken'
    const { id, written } = attempt
    open.push({ id, expected: record.version, result: decision.result, written, threw: answer === null })
    await parts.pause(backoff(round, parts.jitter()))
  }
}

async function planAndProve<S, C, R>(
  parts: LoopParts<S>,
  call: Call<S, C, R>,
  record: LoadedRecord<S>,
  context: Context,
  evidence: Map<string, TaskResult>,
): Promise<{
  readonly done: { readonly result: R; readonly facts: readonly DraftFact[] } | null
  /** Why a proof could not be worked out, if one could not. */
  readonly unproven: unknown
}> {
  let unproven: unknown = null
  for (let round = 0; round < limits.planRounds; round++) {
    const plan = call.useCase.plan(record.state, call.command, context, [...evidence.values()])
    if (plan.step === 'ready') return { done: null, unproven }
    if (plan.step === 'done') return { done: plan, unproven }
    const fresh = plan.tasks.filter((proof) => !evidence.has(taskKey(proof)))
    if (fresh.length === 0 && unproven !== null) throw unproven
    await Promise.all(
      fresh.map(async (proof) => {
        const value = await parts.runTask(call.recordId, proof, call.client).catch((error: unknown) => {
          if (proof.kind !== 'slow-hash') throw error
          // What came before it in this call may have been compared already: the plan goes on without it.
          unproven ??= error
          return null
        })
        evidence.set(taskKey(proof), { task: proof, result: value })
      }),
    )
  }
  throw new NightlatchError('NL_ARGUMENT', 'a plan did not come to an end')
}

function prepare<S, R>(
  { storage, records, random, sealMessages: enclose }: LoopParts<S>,
  record: LoadedRecord<S>,
  decision: Decision<R, S>,
  shared: SharedValues,
  now: number,
): {
  readonly id: string
  readonly written: Written
  readonly commit: () => Promise<CommitAnswer>
} {
  const id = newAttemptId(random)
  const leaseToken = newAttemptId(random)
  const { key, ...head } = record.chain
  const chained = appendEvents(
    head,
    record.id,
    records.chainKey(record),
    decision.events.map((event: DraftEvent) => ({ type: event.type, at: now, fields: encodeEvent(event, shared) })),
    () => random(saltLength),
  )
  const stored = records.write({
    ...record,
    state: decision.state,
    chain: { ...chained.head, key },
    attempts: [...record.attempts, id].slice(-limits.attemptIds),
  })
  const messages = enclose(record.id, decision.messages, now)
  return {
    id,
    written: { messages, leaseToken, events: chained.rows, head: chained.head },
    commit: () =>
      storage.commit({
        id: record.id,
        attemptId: id,
        expected: record.version,
        version: stored.version,
        doc: stored.doc,
        summary: records.kind.summarize(decision.state, now),
        keys: decision.keys,
        events: chained.rows,
        messages,
        ...(messages.length > 0 ? { lease: { token: leaseToken, until: now + limits.messageLeaseMs } } : {}),
      }),
  }
}

/**
 * An attempt is settled as lost once the record has moved past the version it expected without naming it, and not so
 * far that its id may have left the list. One that was answered `conflict` wrote nothing.
 */
function isLost<S, R>(attempt: OpenAttempt<R>, loaded: LoadedRecord<S> | null): boolean {
  if (!attempt.threw) return true
  const version = loaded?.version ?? null
  if (version === attempt.expected) return false
  return versionNumber(version) - versionNumber(attempt.expected) <= limits.attemptIds
}

function unknownFate(cause: unknown): NightlatchError {
  return new NightlatchError('NL_STORAGE_UNKNOWN', 'a commit was sent and its fate could not be learned', { cause })
}

/** Full jitter. */
function backoff(round: number, jitter: number): number {
  return jitter * Math.min(5 * 2 ** round, 200)
}
