import type { DraftFact } from '../../events/catalogue.ts'
import type { CodeFactor, Factor } from '../../factor.ts'
import { codeFactors } from '../../factor.ts'
import { limits } from '../../limits.ts'
import type { TokenPayloads } from '../../token/index.ts'
import { liveFactors, preferredFactor } from '../factors/live-factors.ts'
import type { Source } from '../guessing/source.ts'
import { isUnknown } from '../guessing/source.ts'
import type { Context } from '../record/context.ts'
import type { AccountState, ChallengeEntry, Charges } from '../record/state.ts'
import type { Step } from '../record/step.ts'
import { done } from '../record/step.ts'
import { isForgotten, remembered } from '../sessions/spent-tokens.ts'
import type { CodeDelivery } from './delivery.ts'

export type Challenge = TokenPayloads['challenge']

/** A challenge that goes on: the factors that can be shown, and why the last answer did not count. */
export interface OpenChallenge {
  readonly status: 'challenge'
  readonly factors: readonly Factor[]
  readonly preferred: Factor
  readonly reason: 'wrong' | 'wait' | 'malformed' | 'expired' | null
  readonly triesLeft: number
  readonly retryAt: number | null
  /** For a code that was to be sent. */
  readonly sms: CodeDelivery | null
}

/** A challenge that accepts no answer any more, or none now. */
export interface RefusedChallenge {
  readonly status: 'refused'
  readonly reason: 'challenge-ended' | 'too-many-tries' | 'factors-off' | 'busy'
}

/** The challenge in this state. It is refused if no factor can be shown. */
export function openChallenge(
  state: AccountState,
  challenge: Pick<Challenge, 'id'>,
  { settings }: Context,
  {
    reason,
    retryAt,
    source,
    delivery = null,
  }: Pick<OpenChallenge, 'reason' | 'retryAt'> & {
    readonly source: Source
    readonly delivery?: CodeDelivery | null
  },
): OpenChallenge | { readonly status: 'refused'; readonly reason: 'factors-off' } {
  const preferred = preferredFactor(state, settings, source)
  if (preferred === null) return { status: 'refused', reason: 'factors-off' }
  const failures = entryOf(state, challenge)?.failures ?? 0
  return {
    status: 'challenge',
    factors: liveFactors(state, settings, source),
    preferred,
    triesLeft: settings.challengeTries - failures,
    reason,
    retryAt,
    sms: delivery,
  }
}

/** The challenge after one more failure, which may have been its last. */
export function openAfterFailure(
  state: AccountState,
  challenge: Challenge,
  context: Context,
  source: Source,
): OpenChallenge | RefusedChallenge {
  const failures = entryOf(state, challenge)?.failures ?? 0
  if (failures >= context.settings.challengeTries) return { status: 'refused', reason: 'too-many-tries' }
  return openChallenge(state, challenge, context, { reason: 'wrong', retryAt: null, source })
}

export function challengeFault(
  state: AccountState,
  challenge: Challenge,
  { now, settings }: Pick<Context, 'now' | 'settings'>,
): 'epoch' | 'expired' | 'used' | 'failed' | null {
  if (challenge.epoch !== state.epoch) return 'epoch'
  if (challenge.expiresAt <= now) return 'expired'
  if (isForgotten(challenge.expiresAt, state.forgotten.challenges, settings.challengeMs, now)) return 'expired'
  const entry = entryOf(state, challenge)
  if (entry?.consumed === true) return 'used'
  return entry !== null && entry.failures >= settings.challengeTries ? 'failed' : null
}

/** The step for a challenge that has ended. Null while the challenge goes on. */
export function refuseEnded(
  state: AccountState,
  challenge: Challenge,
  context: Context,
): Step<RefusedChallenge, never> | null {
  const fault = challengeFault(state, challenge, context)
  if (fault !== null) {
    const reason = fault === 'failed' ? 'too-many-tries' : 'challenge-ended'
    const fact: DraftFact = { type: 'sequence_fail', values: { flow: 'sign-in', reason: `challenge-${fault}` } }
    return done({ status: 'refused', reason }, [fact])
  }
  // This is checked before anything is evaluated. If only right answers got `busy`, it would reveal that they are
  // right.
  return isFull(state, context.now) ? done({ status: 'refused', reason: 'busy' }) : null
}

export function entryOf(state: AccountState, challenge: Pick<Challenge, 'id'>): ChallengeEntry | null {
  return state.challenges.find((entry) => entry.id === challenge.id) ?? null
}

/** The list has no room for one more consumed challenge. */
function isFull(state: AccountState, now: number): boolean {
  return state.challenges.filter((entry) => entry.expiresAt > now && entry.consumed).length >= limits.challenges
}

export function consume(state: AccountState, challenge: Challenge, source: string, context: Context): AccountState {
  const failures = entryOf(state, challenge)?.failures ?? 0
  const { id, expiresAt } = challenge
  return withEntry(state, context, {
    id,
    expiresAt,
    source,
    failures,
    charged: charge(null, [], false),
    consumed: true,
  })
}

/** Counts one more failure of a challenge, and what it charged to each factor. */
export function countFailure(
  state: AccountState,
  challenge: Challenge,
  failed: { readonly charged: readonly CodeFactor[]; readonly source: Source },
  context: Context,
): AccountState {
  const entry = entryOf(state, challenge)
  const { id, expiresAt } = challenge
  return withEntry(state, context, {
    id,
    expiresAt,
    source: failed.source.id,
    failures: (entry?.failures ?? 0) + 1,
    charged: charge(entry, failed.charged, isUnknown(failed.source)),
    consumed: false,
  })
}

function charge(entry: ChallengeEntry | null, factors: readonly CodeFactor[], isStrange: boolean): Charges {
  const charged = codeFactors.map((factor) => {
    const [failures, strangers] = entry?.charged[factor] ?? [0, 0]
    const more = factors.includes(factor) ? 1 : 0
    return [factor, [failures + more, strangers + (isStrange ? more : 0)]]
  })
  return Object.fromEntries(charged) as Charges
}

/**
 * Consumed entries stay until they end. An entry with failures only may be dropped early, the oldest of the same source
 * first. This gives a guesser little, because the account's budget and the wait of the source stay.
 */
function withEntry(state: AccountState, { now }: Context, entry: ChallengeEntry): AccountState {
  const { kept: others, forgotten } = remembered(
    state.challenges.filter((other) => other.id !== entry.id),
    { forgotten: state.forgotten.challenges, room: limits.challenges - 1, now },
  )
  while (others.length >= limits.challenges) {
    const open = others.filter((other) => !other.consumed)
    const evicted = open.find((other) => other.source === entry.source) ?? open[0]
    if (evicted === undefined) break
    others.splice(others.indexOf(evicted), 1)
  }
  // If the list is full of consumed entries, a failure gets no entry. It is still charged to the budget.
  return {
    ...state,
    challenges: others.length < limits.challenges ? [...others, entry] : others,
    forgotten: { ...state.forgotten, challenges: forgotten },
  }
}
