import type { DraftEvent, DraftFact } from '../../events/catalogue.ts'
import type { Context } from './context.ts'
import type { DraftMessage } from './messages.ts'
import type { AccountState } from './state.ts'
import type { Task, TaskResults } from './tasks.ts'

/** Unique keys that a commit takes and gives back. */
export interface KeyChanges {
  readonly claim: readonly string[]
  readonly release: readonly string[]
}

/** Everything that one commit writes, and the outcome that may leave after it. */
export interface Commit<Outcome, State = AccountState> {
  readonly state: State
  readonly events: readonly DraftEvent[]
  readonly messages: readonly DraftMessage[]
  readonly keys: KeyChanges
  readonly outcome: Outcome
}

/** What a use case answers. `done`: nothing is written but facts. `need`: it is asked again with the results. */
export type Step<Outcome, State = AccountState> =
  | { readonly done: Outcome; readonly facts: readonly DraftFact[] }
  | { readonly need: readonly Task[] }
  | { readonly commit: Commit<Outcome, State> }

/** A use case: pure, synchronous, total. Any state, command and results give a step. */
export type UseCase<Command, Outcome, State = AccountState> = (
  state: State,
  command: Command,
  context: Context,
  results: TaskResults,
) => Step<Outcome, State>

/** A changed account, with the events and messages that tell of the change. */
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
