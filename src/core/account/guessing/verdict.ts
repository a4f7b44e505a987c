import type { DraftEvent } from '../../events/catalogue.ts'
import type { CodeFactor, Factor } from '../../factor.ts'
import { codeFactors, isCodeFactor } from '../../factor.ts'
import type { Flow } from '../../flow.ts'
import { limits } from '../../limits.ts'
import type { FactorMatch, FactorMatches } from '../factors/factor-types.ts'
import { factorRules } from '../factors/registry.ts'
import type { Use } from '../factors/rules.ts'
import type { Client } from '../record/context.ts'
import type { DraftMessage } from '../record/messages.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import type { AccountState, ChallengeEntry } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import type { Change } from '../record/step.ts'
import type { Source } from './throttle.ts'
import { chargeThrottle, creditThrottle, waitUntil } from './throttle.ts'

interface Attempt {
  readonly flow: Flow
  readonly challenge?: string
  readonly source: Source
  readonly client: Client
  readonly now: number
}

/**
 * Charges a wrong code: one failure to the shared budget, and one to the count of each factor that it was compared
 * with.
 */
export function chargeFailure(
  state: AccountState,
  attempt: Attempt & {
    readonly compared: readonly CodeFactor[]
    readonly reason: 'wrong' | 'replayed'
    /** The challenge ends with this failure. The owner then gets a mail even if it came from a known device. */
    readonly last?: boolean
  },
): Change {
  const { compared, source, client, now } = attempt
  const charged = chargeThrottle(state.throttle, source, now)
  const counted = raiseCounts(state, compared)
  const wait = waitUntil(charged.throttle, source, now)
  const isSlowed = wait !== null && wait - now >= limits.noticeWaitMs
  const isStrange = !source.knownDevice || attempt.last === true || isSlowed
  const noticed = noticeFailure(state, { client, now, isStrange })
  const locked: Lock = charged.locks ? lock(state, charged.throttle.failures, now) : { events: [], messages: [] }
  return {
    state: {
      ...counted.state,
      throttle: charged.throttle,
      notices: { ...noticed.notices, lockedAt: locked.lockedAt ?? noticed.notices.lockedAt },
    },
    events: [
      failedFactor({ ...attempt, ...(wait === null ? {} : { waitUntil: wait }) }),
      ...counted.off.map((factor): DraftEvent => ({ type: 'authn_login_fail_max', values: { factor } })),
      ...locked.events,
    ],
    messages: [
      ...counted.off.map((factor) => notice({ template: 'factor-disabled', factor, at: now }, now)),
      ...noticed.messages,
      ...locked.messages,
    ],
  }
}

/** A factor that is off is not compared, so its count does not grow. */
function raiseCounts(
  state: AccountState,
  compared: readonly CodeFactor[],
): { readonly state: AccountState; readonly off: readonly CodeFactor[] } {
  const raised = compared.filter((factor) => state[factor].failures < limits.hardStop)
  return {
    state: raised.reduce((counted, factor) => addFailures(counted, factor, 1), state),
    off: codeFactors.filter((factor) => raised.includes(factor) && state[factor].failures === limits.hardStop - 1),
  }
}

function addFailures(state: AccountState, factor: CodeFactor, more: number): AccountState {
  return withFactor(state, factor, { failures: Math.max(0, state[factor].failures + more) })
}

interface Lock extends Omit<Change, 'state'> {
  readonly lockedAt?: number
}

function lock({ notices }: AccountState, failures: number, now: number): Lock {
  const until = now + limits.lockMs
  const events: DraftEvent[] = [{ type: 'authn_login_lock', values: { reason: 'maxretries', until, failures } }]
  if (!isDue(notices.lockedAt, limits.lockMailEveryMs, now)) return { events, messages: [] }
  return { lockedAt: now, events, messages: [notice({ template: 'code-entry-locked', at: now, until, failures }, now)] }
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
  },
): DraftEvent {
  const { flow, challenge, compared, reason, source, authenticator, waitUntil: until } = attempt
  return {
    type: 'mfa_fail',
    values: {
      flow,
      compared,
      reason,
      knownDevice: source.knownDevice,
      ...(challenge === undefined ? {} : { challenge }),
      ...(authenticator === undefined ? {} : { authenticator }),
      ...(until === undefined ? {} : { waitUntil: until }),
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
  },
): Change {
  const { match, source, entry } = success
  const challenges = withoutCharges(state.challenges, match.factor)
  const throttle = creditThrottle(state.throttle, source)
  const counted = codeFactors.reduce(
    (credited, factor) => creditCount(credited, factor, factor === match.factor, entry),
    { ...state, challenges, throttle },
  )
  return accept(counted, match, success)
}

function creditCount(
  state: AccountState,
  factor: CodeFactor,
  isShown: boolean,
  entry: ChallengeEntry | null,
): AccountState {
  if (isShown) return withFactor(state, factor, { failures: 0 })
  // A factor that is switched off stays off until it is enrolled anew.
  if (state[factor].failures >= limits.hardStop) return state
  return addFailures(state, factor, -(entry?.charged[factor] ?? 0))
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
  return entries.map((entry) => ({ ...entry, charged: { ...entry.charged, [factor]: 0 } }))
}

function isDue(last: number | null, every: number, now: number): boolean {
  return last === null || Math.abs(now - last) >= every
}
