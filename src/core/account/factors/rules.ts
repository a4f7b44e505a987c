import type { Amr, CodeFactor, Factor } from '../../factor.ts'
import type { CodePurpose } from '../../flow.ts'
import type { Source } from '../guessing/throttle.ts'
import type { Client, Context } from '../record/context.ts'
import type { Settings } from '../record/settings.ts'
import type { AccountState } from '../record/state.ts'
import type { Change } from '../record/step.ts'
import type { Task, TaskResults } from '../record/tasks.ts'
import type { FactorMatches, FactorStates } from './factor-types.ts'
import type { CodeRequest, SendAnswer } from './sent-code.ts'

/** Everything that the account's other rooms ask of one factor. */
export interface FactorRules<F extends Factor> {
  /** The factor's part of an account that never had it. */
  readonly empty: FactorStates[F]
  isEnrolled(state: AccountState): boolean
  /** It can be shown now: it is enrolled, no hard stop switched it off, and this server is configured for it. */
  isUsable(state: AccountState, settings: Settings): boolean
  /** How a grant names it (RFC 8176). */
  amr(traits: ShownTraits): readonly Amr[]
  /** Spends what was shown and is right. */
  accept(state: AccountState, match: FactorMatches[F], use: Use): Change
  /** The account without it. Its count of failures starts anew with the next enrollment, the shared budget does not. */
  remove(state: AccountState): AccountState
  /** Ends what waits for a confirmation: the epoch changes. */
  endPending?(state: AccountState): AccountState
  /**
   * What its sealed values are for, by the beginning of their paths; the first that fits counts. The purpose is part of a
   * seal: another word makes stored values unreadable.
   */
  readonly sealPurposes?: readonly (readonly [path: string, purpose: string])[]
  /** The unique keys that the account holds for it. */
  uniqueKeys?(state: AccountState): readonly string[]
  /** Of a factor whose codes are sent: what sends them; null: there is nowhere to send one yet. */
  readonly sender?: (state: AccountState) => CodeSender | null
  /** Of a factor whose answer is typed: what a text turns out to be. */
  readonly checkCode?: (state: AccountState, question: CodeQuestion, results: TaskResults) => CodeAnswer<F>
}

export interface CodeSender {
  /** Where codes go, masked. */
  readonly to: string
  /** Makes a code and the message that brings it, if it may be sent. */
  send(request: CodeRequest, context: Context, results: TaskResults): SendAnswer
}

/** What an authenticator showed beside its answer. Only passkeys have these traits. */
export interface ShownTraits {
  /** It lives in a store that several devices share (`swk`), not in one device (`hwk`) [SES-4]. */
  readonly synced?: boolean
  /** It verified its user. */
  readonly verified?: boolean
}

export interface Use {
  readonly client: Client
  /** ms since epoch */
  readonly now: number
}

export interface CodeQuestion {
  readonly code: string
  /** Only this factor is tried; null: the text's shape decides. */
  readonly factor: Factor | null
  /** What a code that was sent must have been sent for. */
  readonly request: { readonly purpose: CodePurpose; readonly id: string }
  readonly source: Source
  readonly now: number
  readonly settings: Settings
}

/** What a text is to one factor. `expired`: it has the shape of a code that is sent, and none is awaited. */
export type CodeAnswer<F extends Factor = CodeFactor> =
  | { readonly status: 'malformed' | 'expired' }
  | { readonly status: 'need'; readonly tasks: readonly Task[] }
  | { readonly status: 'wrong'; readonly reason: 'wrong' | 'replayed' }
  | FactorMatches[F]
