import type { DraftEvent, DraftFact } from '../../events/catalogue.ts'
import type { HistoryMarks } from '../../record/history.ts'
import type { Context } from './context.ts'
import type { DraftMessage } from './messages.ts'
import type { AccountState } from './state.ts'
import type { Task, TaskResults } from './tasks.ts'

/** Unique keys that a commit claims and releases. */
export interface KeyChanges {
  readonly claim: readonly string[]
  readonly release: readonly string[]
}

/** Everything that one commit writes, and the outcome that is answered after it. */
export interface Commit<Outcome, State = AccountState> {
  readonly state: State
  readonly events: readonly DraftEvent[]
  readonly messages: readonly DraftMessage[]
  readonly keys: KeyChanges
  /** Only retention changes these. */
  readonly marks?: HistoryMarks
  readonly outcome: Outcome
}

/** What a use case answers. `done`: only facts are written. `need`: the use case is called again with the results. */
export type Step<Outcome, State = AccountState> =
  | { readonly done: Outcome; readonly facts: readonly DraftFact[] }
  | { readonly need: readonly Task[] }
  | { readonly commit: Commit<Outcome, State> }

/** A use case is pure and synchronous. Any state, command and results give a step. */
export type UseCase<Command, Outcome, State = AccountState> = (
  state: State,
  command: Command,
  context: Context,
  results: TaskResults,
) => Step<Outcome, State>

/** A changed account, with the events and messages of the change. */
export interface Change {
  readonly state: AccountState
  readonly events: readonly DraftEvent[]
  readonly messages: readonly DraftMessage[]
}

export function done<Outcome>(outcome: Outcome, facts: readonly DraftFact[] = []): Step<Outcome, never> {
  return { done: outcome, facts }
}

export function need(tasks: readonly Task[]): Step<never, never> {
  return { need: tasks }
}

export function commit<Outcome>(
  state: AccountState,
  outcome: Outcome,
  written: {
    readonly events?: readonly DraftEvent[]
    readonly messages?: readonly DraftMessage[]
    readonly keys?: Partial<KeyChanges>
  } = {},
): Step<Outcome> {
  const { events = [], messages = [], keys = {} } = written
  return { commit: { state, events, messages, keys: { claim: [], release: [], ...keys }, outcome } }
}
