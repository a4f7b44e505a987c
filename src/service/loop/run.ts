import type { Actor, Client } from '../../core/account/record/context.ts'
import type { UseCase } from '../../core/account/record/step.ts'
import type { AccountState } from '../../core/account/record/state.ts'
import { limits } from '../../core/limits.ts'
import type { RecordMark } from '../../core/record/mark.ts'
import { recordIdOf } from '../keys/account-id.ts'
import type { SweepTimer } from '../messages/sweep-timer.ts'
import type { OnRecord } from './broken-records.ts'
import type { Facts } from './facts.ts'
import type { WatchRecord } from './record-watch.ts'
import { sessionOf, sharedValues } from './shared-values.ts'
import type { Answer, Call } from './transact.ts'

/** One call of a use case, for an account. */
export interface Run<C, R> {
  readonly accountId: string
  readonly useCase: UseCase<C, R>
  readonly command: C
  readonly actor: Actor
  readonly client: Client
  /** The acting session's id; a result with a new session names that one instead. */
  readonly session: string | null
  /** The grant or challenge that the call came with. */
  readonly token?: RecordMark | null
  readonly creates?: boolean
  readonly strong?: boolean
  readonly atOnce?: (state: AccountState) => R | null
}

export type RunUseCase = <C, R>(run: Run<C, R>) => Promise<Answer<R>>

interface RunParts {
  readonly transact: <C, R>(call: Call<AccountState, C, R>) => Promise<Answer<R>>
  readonly facts: Facts
  readonly sweepTimer: SweepTimer
  readonly onRecord: OnRecord
  readonly watch: WatchRecord
  /** `manual`: the host calls `outbox.sweep()` itself. */
  readonly sweep: 'automatic' | 'manual'
}

/** Runs a call through the loop. The first one starts the sweeper. */
export function createRun({ transact, facts, sweepTimer, onRecord, watch, sweep }: RunParts): RunUseCase {
  let sweeperStarted = sweep === 'manual'

  return ({ accountId, session, token = null, creates = false, strong = false, ...call }) => {
    if (!sweeperStarted) {
      sweeperStarted = true
      sweepTimer.start(limits.sweepEveryMs)
    }
    const recordId = recordIdOf(accountId)
    const { actor, client } = call
    return onRecord(recordId, () =>
      transact({
        ...call,
        recordId,
        session,
        strong,
        creates,
        loaded: (record) => {
          watch(record, [token, client.deviceMark])
        },
        shared: (callId, result) =>
          sharedValues({ actor, client, call: callId, session: sessionOf(result) ?? session }),
        recordFacts: (drafts, shared, at) => {
          facts.later(recordId, drafts, shared, at)
        },
      }),
    )
  }
}
