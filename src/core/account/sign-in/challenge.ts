import type { DraftFact } from '../../events/catalogue.ts'
import type { Factor } from '../../factor.ts'
import { isMarkOf } from '../../record/mark.ts'
import type { TokenPayloads } from '../../token/index.ts'
import { liveFactors, preferredFactor } from '../factors/live-factors.ts'
import type { Source } from '../guessing/source.ts'
import type { Client, Context } from '../record/context.ts'
import type { AccountState } from '../record/state.ts'
import type { Step } from '../record/step.ts'
import { done } from '../record/step.ts'
import { knownDeviceOf } from '../sessions/known-devices.ts'
import { isFull, isSpent, spend } from '../sessions/spent-tokens.ts'
import { entryOf, isDropped } from './challenge-entries.ts'
import type { CodeDelivery } from './delivery.ts'

export type Challenge = TokenPayloads['challenge']

/** A challenge that goes on: the factors that can be shown, and why the last answer did not count. */
export interface OpenChallenge {
  readonly status: 'challenge'
  readonly factors: readonly Factor[]
  readonly preferred: Factor
  readonly reason: 'wrong' | 'used' | 'wait' | 'malformed' | 'expired' | null
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
): 'record' | 'epoch' | 'password' | 'expired' | 'used' | 'failed' | 'dropped' | null {
  if (!isMarkOf(state.record, challenge)) return 'record'
  if (challenge.epoch !== state.epoch) return 'epoch'
  if (challenge.primary === 'password' && challenge.passwords !== state.passwords) return 'password'
  if (challenge.expiresAt <= now) return 'expired'
  if (isSpent(state, 'spentChallenges', challenge)) return 'used'
  if (isDropped(state, challenge)) return 'dropped'
  return (entryOf(state, challenge)?.failures ?? 0) >= settings.challengeTries ? 'failed' : null
}

/** The step for a challenge that has ended. Null while the challenge goes on. */
export function refuseEnded(
  state: AccountState,
  { challenge, client }: { readonly challenge: Challenge; readonly client: Client },
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
  const who = { own: knownDeviceOf(state, client) !== null }
  return isFull(state, 'spentChallenges', who, context.now) ? done({ status: 'refused', reason: 'busy' }) : null
}

export function consume(state: AccountState, challenge: Challenge, { now }: Context): AccountState {
  return spend(state, 'spentChallenges', challenge, now)
}
