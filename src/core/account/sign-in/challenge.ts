import { limits } from '../../limits.ts'
import type { TokenPayloads } from '../../token/index.ts'
import type { Factor } from '../../factor.ts'
import { liveFactors, preferredFactor } from '../factors/live-factors.ts'
import { isForgotten, remembered } from '../sessions/session.ts'
import type { SendRefusal } from '../sms/code.ts'
import type { AccountState, ChallengeEntry } from '../record/state.ts'
import type { Context } from '../record/step.ts'

type Challenge = TokenPayloads['challenge']

/** A code by SMS for a challenge: on its way, or why not. Times are ms since epoch. */
export type SmsDelivery =
  | { readonly status: 'queued'; readonly to: string; readonly resendAt: number; readonly expiresAt: number }
  | {
      readonly status: 'refused'
      readonly to: string
      readonly reason: SendRefusal | 'wait'
      readonly retryAt: number | null
    }

/** A challenge that goes on: what may be shown for it, and what was wrong with what was. */
export interface OpenChallenge {
  readonly status: 'challenge'
  readonly factors: readonly Factor[]
  readonly preferred: Factor
  readonly reason: 'wrong' | 'wait' | 'malformed' | 'expired' | null
  readonly triesLeft: number
  readonly retryAt: number | null
  readonly sms: SmsDelivery | null
}

export type ChallengeFault = 'epoch' | 'expired' | 'used' | 'failed'

/** The challenge as it stands in this state; refused when there is nothing left to show for it. */
export function openChallenge(
  state: AccountState,
  challenge: Pick<Challenge, 'id'>,
  { settings }: Context,
  told: Pick<OpenChallenge, 'reason' | 'retryAt'> & { readonly sms?: SmsDelivery | null },
): OpenChallenge | { readonly status: 'refused'; readonly reason: 'factors-off' } {
  const preferred = preferredFactor(state, settings)
  if (preferred === null) return { status: 'refused', reason: 'factors-off' }
  const failures = entryOf(state, challenge)?.failures ?? 0
  return {
    status: 'challenge',
    factors: liveFactors(state, settings),
    preferred,
    triesLeft: settings.challengeTries - failures,
    sms: null,
    ...told,
  }
}

export function challengeFault(
  state: AccountState,
  challenge: Challenge,
  { now, settings }: Pick<Context, 'now' | 'settings'>,
): ChallengeFault | null {
  if (challenge.epoch !== state.epoch) return 'epoch'
  if (challenge.expiresAt <= now) return 'expired'
  if (isForgotten(challenge.expiresAt, state.forgotten.challenges, settings.challengeMs, now)) return 'expired'
  const entry = entryOf(state, challenge)
  if (entry?.consumed === true) return 'used'
  return entry !== null && entry.failures >= settings.challengeTries ? 'failed' : null
}

export function entryOf(state: AccountState, challenge: Pick<Challenge, 'id'>): ChallengeEntry | null {
  return state.challenges.find((entry) => entry.id === challenge.id) ?? null
}

/** No room is left for one more consumed challenge. */
export function isFull(state: AccountState, now: number): boolean {
  return state.challenges.filter((entry) => entry.expiresAt > now && entry.consumed).length >= limits.challenges
}

export function consume(state: AccountState, challenge: Challenge, place: string, context: Context): AccountState {
  const failures = entryOf(state, challenge)?.failures ?? 0
  const charged = { totp: 0, sms: 0, 'backup-code': 0 }
  const { id, expiresAt } = challenge
  return withEntry(state, context, { id, expiresAt, source: place, failures, charged, consumed: true })
}

/** One more failure of a challenge, and what it charged to each factor. */
export function countFailure(
  state: AccountState,
  challenge: Challenge,
  failed: { readonly compared: readonly Factor[]; readonly source: string },
  context: Context,
): AccountState {
  const entry = entryOf(state, challenge)
  const { totp = 0, sms = 0, 'backup-code': codes = 0 } = entry?.charged ?? {}
  const one = (factor: Factor): number => (failed.compared.includes(factor) ? 1 : 0)
  const { id, expiresAt } = challenge
  return withEntry(state, context, {
    id,
    expiresAt,
    source: failed.source,
    failures: (entry?.failures ?? 0) + 1,
    charged: { totp: totp + one('totp'), sms: sms + one('sms'), 'backup-code': codes + one('backup-code') },
    consumed: false,
  })
}

/**
 * Consumed entries stay until they expire. One with failures only may be evicted: the oldest of the same place first,
 * since the account's budget and the place's wait, which survive, bound what that regains.
 */
function withEntry(state: AccountState, { now }: Context, entry: ChallengeEntry): AccountState {
  const { kept: others, forgotten } = remembered(
    state.challenges.filter((other) => other.id !== entry.id),
    { forgotten: state.forgotten.challenges, room: limits.challenges - 1, now },
  )
  while (others.length >= limits.challenges) {
    const open = others.filter((other) => !other.consumed)
    const victim = open.find((other) => other.source === entry.source) ?? open[0]
    if (victim === undefined) break
    others.splice(others.indexOf(victim), 1)
  }
  // Only a failure can find the list full of consumed entries: it is charged to the budget all the same.
  return {
    ...state,
    challenges: others.length < limits.challenges ? [...others, entry] : others,
    forgotten: { ...state.forgotten, challenges: forgotten },
  }
}
