import type { Actor, Client, Context } from '../../core/account/record/context.ts'
import type { Settings } from '../../core/account/record/settings.ts'
import type { Step, UseCase } from '../../core/account/record/step.ts'
import type { Task, TaskResult } from '../../core/account/record/tasks.ts'
import { unworked } from '../../core/account/record/tasks.ts'
import { isNightlatchError, NightlatchError } from '../../core/errors.ts'
import type { DraftFact, SharedValues } from '../../core/events/index.ts'
import { limits } from '../../core/limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Afterwards } from './afterwards.ts'
import type { AccountQueue, Place } from './account-queue.ts'
import type { AttemptParts, Written } from './attempt.ts'
import { prepareAttempt, send } from './attempt.ts'
import type { Attempts } from './attempts.ts'
import { createAttempts } from './attempts.ts'
import type { LoadedRecord, Marked, RecordStore } from './record-store.ts'
import { newAttemptId } from './record-store.ts'

export interface LoopParts<S extends Marked> extends AttemptParts<S> {
  readonly queue: AccountQueue
  readonly afterwards: Afterwards
  readonly now: Clock
  readonly settings: Settings
  /** Whether the record lists the device or the session that a call comes from. */
  readonly isOwn: (state: S, sender: { readonly client: Client; readonly session: string | null }) => boolean
  /** Works out one task, for whoever sent the request. */
  readonly runTask: (recordId: string, task: Task, client: Client) => Promise<TaskResult>
  /** Called once for a commit that is known to have happened. Must not throw. */
  readonly committed: (recordId: string, written: Written) => void
  readonly pause: (ms: number) => Promise<void>
  readonly jitter: () => number
}

export interface Call<S extends Marked, C, R> {
  readonly recordId: string
  readonly useCase: UseCase<C, R, S>
  readonly command: C
  readonly actor: Actor
  readonly client: Client
  /** The acting session's id. */
  readonly session: string | null
  /** An answer that nobody guesses. It has a place of its own in the line of its account. */
  readonly strong: boolean
  /** Whether a missing record is created; otherwise the answer is `absent`. */
  readonly creates: boolean
  /** What every row of this call carries. `outcome` is there for rows of a commit. */
  readonly shared: (callId: string, outcome: R | null) => SharedValues
  /** Called with each record that was loaded. Must not throw. */
  readonly loaded?: (record: LoadedRecord<S>) => void
  readonly recordFacts: (facts: readonly DraftFact[], shared: SharedValues, now: number) => void
  /**
   * The answer, if the first load shows it already. The call still runs, but nothing waits for it. Null: the use case
   * answers.
   */
  readonly atOnce?: (state: S) => R | null
}

export type Answer<R> =
  | { readonly status: 'result'; readonly result: R }
  | { readonly status: 'absent' }
  /** Nothing was decided, and nothing is revealed: try again. */
  | { readonly status: 'busy' }

/** The tasks of one call that were worked out. */
interface Work {
  readonly results: TaskResult[]
  /** Why a task could not be worked out. It stays so for the whole call, over conflicts. */
  failure: { readonly error: unknown } | null
}

/**
 * The loop, the only place where state is written: load → step → tasks → step → commit. No verdict leaves before its
 * commit. After any answer but `committed` the record is loaded again and searched for every attempt of this call.
 */
export function createTransact<S extends Marked>(
  parts: LoopParts<S>,
): <C, R>(call: Call<S, C, R>) => Promise<Answer<R>> {
  return async (call) => {
    const { queue, records, afterwards } = parts
    const { recordId, atOnce } = call
    // In an empty line every call has a place. So nobody has to check whether it comes from a known device.
    const needsLook = atOnce !== undefined || (claimsPlace(call) && queue.isBusy(recordId))
    const first = needsLook ? await records.load(recordId) : undefined
    const place = placeOf(parts, call, first)
    const early = first ? (atOnce?.(first.state) ?? null) : null
    if (early !== null) {
      afterwards.add(async () => queue.run(recordId, place, () => runCall(parts, call)))
      return { status: 'result', result: early }
    }
    const turn = queue.run(recordId, place, (waited) => runCall(parts, call, waited ? undefined : first))
    return turn === null ? { status: 'busy' } : turn
  }
}

/** Whether the call says that it comes from a known device or a session. */
function claimsPlace({ client, session }: Pick<Call<never, never, never>, 'client' | 'session'>): boolean {
  return client.deviceNamesAccount || session !== null
}

/** A device or session that the record no longer lists has no place of its own. Undefined: nobody looked. */
function placeOf<S extends Marked, C, R>(
  { isOwn }: LoopParts<S>,
  call: Call<S, C, R>,
  record: LoadedRecord<S> | null | undefined,
): Place {
  if (call.actor.kind === 'system') return 'own'
  if (claimsPlace(call) && (record === undefined || (record !== null && isOwn(record.state, call)))) return 'own'
  return call.strong ? 'strong' : 'other'
}

/** `first` is the record as it was loaded already. If it is no longer the newest one, the commit finds that. */
async function runCall<S extends Marked, C, R>(
  parts: LoopParts<S>,
  call: Call<S, C, R>,
  first?: LoadedRecord<S> | null,
): Promise<Answer<R>> {
  const { records, random } = parts
  const { recordId } = call
  const entropy = random(32)
  const callId = newAttemptId(random)
  const work: Work = { results: [], failure: null }
  const attempts = createAttempts<R, Written>()
  let keyTaken = false
  let isLate = false

  for (let round = 0; ; round++) {
    const loaded = round === 0 && first !== undefined ? first : await loadAgain(records, recordId, attempts)
    // Read after the record. After a load that hung, with an earlier time a token could count again that the record no
    // longer lists as used.
    const now = parts.now()
    if (loaded !== null) call.loaded?.(loaded)
    const landed = attempts.landed(loaded)
    if (landed !== null) {
      parts.committed(recordId, landed.written)
      return answerOf(landed.outcome, work)
    }
    // What becomes of a commit that was not answered in time may show much later. No further one is sent meanwhile.
    if (isLate) attempts.requireSettled()
    if (round >= limits.commitTries) {
      attempts.requireSettled()
      return { status: 'busy' }
    }
    if (loaded === null && !call.creates) return { status: 'absent' }

    const record = loaded ?? records.fresh(recordId, now)
    const context: Context = { now, settings: parts.settings, actor: call.actor, entropy, keyTaken }
    const step = await stepWithTasks(parts, call, record, context, work)
    if ('done' in step) {
      const answer = answerOf(step.done, work)
      attempts.requireSettled()
      call.recordFacts(step.facts, call.shared(callId, null), now)
      return answer
    }

    const { outcome } = step.commit
    const attempt = prepareAttempt(parts, record, step.commit, call.shared(callId, outcome), now)
    const { answer, fault } = await send(attempt)
    if (answer === 'committed') {
      parts.committed(recordId, attempt.written)
      return answerOf(outcome, work)
    }
    keyTaken = answer === 'key-taken'
    isLate = isNightlatchError(fault) && fault.code === 'NL_STORAGE_UNKNOWN'
    const { id, written } = attempt
    attempts.add({ id, expected: record.version, outcome, written, threw: answer === null }, fault)
    await parts.pause(backoff(round, parts.jitter()))
  }
}

/** The answer may depend on an attempt, and the storage cannot say now if that was stored. */
async function loadAgain<S extends Marked, R>(
  records: RecordStore<S>,
  recordId: string,
  attempts: Attempts<R, Written>,
): Promise<LoadedRecord<S> | null> {
  return records.load(recordId).catch((error: unknown) => {
    attempts.requireSettled(error)
    throw error
  })
}

/**
 * If a task failed, the outcome says nothing about the code. The attempt is charged like any other, and the call
 * throws.
 */
function answerOf<R>(result: R, { failure }: Work): Answer<R> {
  if (failure !== null) throw failure.error
  return { status: 'result', result }
}

/** Asks the use case, works out what it needs, and asks again until it is done or has something to commit. */
async function stepWithTasks<S extends Marked, C, R>(
  parts: LoopParts<S>,
  { useCase, recordId, command, client }: Call<S, C, R>,
  record: LoadedRecord<S>,
  context: Context,
  work: Work,
): Promise<Exclude<Step<R, S>, { need: unknown }>> {
  const runOne = async (task: Task): Promise<void> => {
    // Another salt after a conflict is no new try: the call throws in the end, and must not spend a code.
    const isOver = task.kind === 'slow-hash' && work.failure !== null
    const result: TaskResult = isOver
      ? { task, result: null }
      : await parts.runTask(recordId, task, client).catch((error: unknown) => failed(task, error, work))
    work.results.push(result)
  }
  for (let round = 0; round < limits.taskRounds; round++) {
    const step = useCase(record.state, command, context, work.results)
    if (!('need' in step)) return step
    const tasks = unworked(work.results, step.need)
    if (tasks.length === 0 && work.failure !== null) throw work.failure.error
    await Promise.all(tasks.map(runOne))
  }
  throw new NightlatchError('NL_ARGUMENT', 'a use case did not come to an end')
}

/**
 * The text may already have been compared with other factors. So the step goes on without the result of the slow hash.
 */
function failed(task: Task, error: unknown, work: Work): TaskResult {
  if (task.kind !== 'slow-hash') throw error
  work.failure ??= { error }
  return { task, result: null }
}

/** Full jitter. */
function backoff(round: number, jitter: number): number {
  return jitter * Math.min(5 * 2 ** round, 200)
}
