import type { Amr, CodeFactor, Factor } from '../../factor.ts'
import type { CodePurpose } from '../../flow.ts'
import type { Source } from '../guessing/source.ts'
import type { Client, Context } from '../record/context.ts'
import type { DraftMessage } from '../record/messages.ts'
import type { Settings } from '../record/settings.ts'
import type { AccountState } from '../record/state.ts'
import type { Change } from '../record/step.ts'
import type { Task, TaskResults } from '../record/tasks.ts'
import type { FactorMatches, FactorStates } from './factor-types.ts'
import type { CodeRequest, SendAnswer } from './sent-code.ts'

/** What the account's other code needs of one factor. */
export interface FactorRules<F extends Factor> {
  /** The state of an account that never had the factor. */
  readonly empty: FactorStates[F]
  isEnrolled(state: AccountState): boolean
  /**
   * Whether it can be shown now: it is enrolled, no hard stop switched it off, and this server is configured for it.
   */
  isUsable(state: AccountState, settings: Settings): boolean
  /** Its names in the `amr` of a grant (RFC 8176). */
  amr(traits: ShownTraits): readonly Amr[]
  /** Spends what was shown, after it was found to be right. */
  accept(state: AccountState, match: FactorMatches[F], use: Use): Change
  /** The account without it. Its count of failures begins anew with the next enrollment. The shared budget does not. */
  remove(state: AccountState): AccountState
  /** Ends an enrollment that waits for a confirmation. It is called when the epoch changes. */
  endPending?(state: AccountState): AccountState
  /**
   * The purposes of its sealed values, by the beginning of their paths. The first match counts. A purpose is part of
   * the seal: with another word, stored values cannot be opened.
   */
  readonly sealPurposes?: readonly (readonly [path: string, purpose: string])[]
  /** The unique keys of the account for this factor. */
  uniqueKeys?(state: AccountState, settings: Settings): readonly string[]
  /** Sends codes. Only factors whose codes are sent have it. Null if the account has no recipient yet. */
  readonly sender?: (state: AccountState) => CodeSender | null
  /** Only factors whose codes are typed have it. */
  readonly code?: CodeRules<F>
}

/** How a typed code is read, what a guess at it costs, and how it is checked. */
export interface CodeRules<F extends Factor> {
  read(state: AccountState, question: CodeQuestion): CodeShape
  /** How many texts of so many digits would be right now. For a sent code: if one were awaited. */
  rightTexts(state: AccountState, digits: number, settings: Settings): number
  /** Called only for a text that `read` took for a code. */
  check(state: AccountState, question: CodeQuestion, results: TaskResults): CodeAnswer<F>
  /** What it means that the last used code of an authenticator is typed again. Only factors that keep its place. */
  usedAgain?(state: AccountState, authenticator: string, use: Use): UsedAgain
}

export interface UsedAgain {
  readonly state: AccountState
  /** It was used by the same device, or from the same network. */
  readonly isSamePlace: boolean
  /** Tells the owner that somebody else typed it. */
  readonly messages: readonly DraftMessage[]
}

/**
 * What a text is to one factor: a code of so many digits, or one of 64 bits or more, which nobody can guess.
 * `expired`: it has the shape of a code that is sent, and no such code is live.
 */
export type CodeShape = 'malformed' | 'expired' | 'strong' | number

export interface CodeSender {
  /** The recipient of codes, masked. */
  readonly to: string
  /** Makes a code and its message, if a message may be sent. */
  send(request: CodeRequest, context: Context, results: TaskResults): SendAnswer
}

/** What an authenticator showed beside its answer. Only passkeys have these traits. */
export interface ShownTraits {
  /** The passkey is in a store that several devices share (`swk`), not in one device (`hwk`) [SES-4]. */
  readonly synced?: boolean
  /** It verified its user. */
  readonly verified?: boolean
}

export interface Use {
  readonly client: Client
  /** The known device that it is shown on. Null if there is none. */
  readonly device: string | null
  /** ms since epoch */
  readonly now: number
}

export interface CodeQuestion {
  readonly code: string
  /** Only this factor is tried. If null, the shape of the text decides. */
  readonly factor: Factor | null
  /** What a sent code must have been sent for. */
  readonly request: { readonly purpose: CodePurpose; readonly id: string }
  readonly source: Source
  readonly now: number
  readonly settings: Settings
}

/** What one factor answers to a text of its shape. */
export type CodeAnswer<F extends Factor = CodeFactor> =
  | { readonly status: 'need'; readonly tasks: readonly Task[] }
  | { readonly status: 'wrong' }
  | UsedAnswer
  | FactorMatches[F]

/** The code is right, and was used already. */
export interface UsedAnswer {
  readonly status: 'used'
  /** The authenticator that accepted it last. Null if that accepted another one since, or is not known. */
  readonly authenticator: string | null
}
