import type { DraftEvent } from '../../events/catalogue.ts'
import type { CodeFactor, Factor, HostPrimary } from '../../factor.ts'
import { codeFactors, isCodeFactor } from '../../factor.ts'
import type { Flow } from '../../flow.ts'
import { limits } from '../../limits.ts'
import type { FactorMatch, FactorMatches } from '../factors/factor-types.ts'
import { factorRules } from '../factors/registry.ts'
import type { Use } from '../factors/rules.ts'
import type { Client } from '../record/context.ts'
import { noFailures } from '../record/hard-count.ts'
import type { DraftMessage } from '../record/messages.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import type { AccountState, ChallengeEntry } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import type { Change } from '../record/step.ts'
import { chargeGuess } from './charge-guess.ts'
import type { WrongCode } from './check-code.ts'
import { isDue } from './due.ts'
import { takeBack } from './hard-count.ts'
import type { Source } from './source.ts'
import { chargeSource, clearSource, waitUntil } from './throttle.ts'

export interface Attempt {
  readonly flow: Flow
  readonly challenge?: string
  readonly source: Source
  readonly client: Client
  readonly now: number
  /** How the sign-in began. A signed-in session has none here: it is no unknown source. */
  readonly primary?: HostPrimary
}

/**
 * Charges a wrong code that was evaluated to its source. If such codes can be guessed, it also charges the row, the
 * luck, and the count of each factor that the code was compared with.
 */
export function chargeFailure(
  state: AccountState,
  attempt: Attempt &
    WrongCode & {
      /** The challenge ends with this failure. The owner then gets a mail even if it came from a known device. */
      readonly last?: boolean
      /** For the history. A code that was used already may be charged like a wrong one. */
      readonly reason?: 'wrong' | 'used'
    },
): Change {
  const { compared, cost, source, client, now, reason = 'wrong' } = attempt
  const waiting: AccountState = { ...state, throttle: chargeSource(state.throttle, source, now) }
  const behindPassword = attempt.primary === 'password'
  const charged =
    cost === null
      ? { state: waiting, events: [], messages: [] }
      : chargeGuess(waiting, { compared, cost, source, behindPassword, now })
  const wait = waitUntil(charged.state, source, cost ?? 0, now)
  const isSlowed = wait !== null && wait - now >= limits.noticeWaitMs
  const isStrange = source.kind !== 'device' || attempt.last === true || isSlowed
  const noticed = noticeFailure(charged.state, { client, now, isStrange })
  return {
    state: { ...charged.state, notices: noticed.notices },
    events: [failedFactor({ ...attempt, reason, ...(wait === null ? {} : { waitUntil: wait }) }), ...charged.events],
    messages: [...noticed.messages, ...charged.messages],
  }
}

/**
 * The primary authentication was right and the factor was not. The owner gets a mail, but not more than one per
 * interval [NOT-4].
 */
export function noticeFailure(
  { notices }: AccountState,
  { client, now, isStrange }: { readonly client: Client; readonly now: number; readonly isStrange: boolean },
): { readonly notices: AccountState['notices']; readonly messages: readonly DraftMessage[] } {
  if (!isStrange || !isDue(notices.factorFailedAt, limits.factorFailedMailEveryMs, now))
    return { notices, messages: [] }
  return {
    notices: { ...notices, factorFailedAt: now },
    messages: [notice({ template: 'factor-failed', at: now, ...addressAndBrowser(client) }, now)],
  }
}

/** The event of a factor that was evaluated and refused. */
export function failedFactor(
  attempt: Pick<Attempt, 'flow' | 'challenge' | 'source'> & {
    readonly compared: readonly Factor[]
    readonly reason: string
    readonly authenticator?: string
    readonly waitUntil?: number
    readonly usedElsewhere?: boolean
  },
): DraftEvent {
  const { flow, challenge, compared, reason, source, authenticator, waitUntil: until, usedElsewhere } = attempt
  return {
    type: 'mfa_fail',
    values: {
      flow,
      compared,
      reason,
      knownDevice: source.kind === 'device',
      ...(challenge === undefined ? {} : { challenge }),
      ...(authenticator === undefined ? {} : { authenticator }),
      ...(until === undefined ? {} : { waitUntil: until }),
      ...(usedElsewhere === true ? { usedElsewhere } : {}),
    },
  }
}

/**
 * A success spends what was shown and clears the count of its factor. It takes back what its challenge charged to other
 * factors.
 */
export function creditSuccess(
  state: AccountState,
  success: {
    readonly match: FactorMatch
    readonly source: Source
    readonly client: Client
    readonly now: number
    readonly entry: ChallengeEntry | null
    /** The known device that this success makes. */
    readonly device?: string
  },
): Change {
  const { match, source, client, now, entry, device = source.device } = success
  const challenges = withoutCharges(state.challenges, match.factor)
  const throttle = clearSource(state.throttle, source)
  const counted = codeFactors.reduce(
    (credited, factor) => creditCount(credited, factor, factor === match.factor, entry),
    { ...state, challenges, throttle },
  )
  return accept(counted, match, { client, device, now })
}

function creditCount(
  state: AccountState,
  factor: CodeFactor,
  isShown: boolean,
  entry: ChallengeEntry | null,
): AccountState {
  if (isShown) return withFactor(state, factor, noFailures)
  return entry === null ? state : takeBack(state, factor, entry.charged[factor])
}

function accept<F extends Factor>(
  state: AccountState,
  match: FactorMatches[F] & { readonly factor: F },
  use: Use,
): Change {
  return factorRules[match.factor].accept(state, match, use)
}

/** If a count begins anew, earlier charges to it are not part of it. So a later success must not take them back. */
export function withoutCharges(entries: readonly ChallengeEntry[], factor: Factor): readonly ChallengeEntry[] {
  if (!isCodeFactor(factor)) return entries
  return entries.map((entry) => ({ ...entry, charged: { ...entry.charged, [factor]: [0, 0] } }))
}
