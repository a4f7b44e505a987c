import { argumentError, requireInteger, requireObject } from '../arguments.ts'
import { smsLimits, smsSendLimits } from './limits.ts'
import type { SmsSendLimits } from './limits.ts'

/**
 * What a record keeps of the messages sent to an account. Clocks of servers may differ and run backwards. So a stored
 * time counts by its distance from now, before or after it.
 */
export interface SmsSends {
  /** The times of the last 24 hours, ms since epoch, ascending. */
  readonly at: readonly number[]
  /** How many messages since a code was last verified. The resend delay grows with it. */
  readonly row: number
}

export const noSmsSends: SmsSends = /* @__PURE__ */ Object.freeze({ at: /* @__PURE__ */ Object.freeze([]), row: 0 })

export interface SendLimitReached {
  readonly reason: 'cooldown' | 'hourly' | 'daily'
  /** ms since epoch */
  readonly retryAt: number
}

export type SendAllowedOutcome =
  /** The send is counted in `state`. `resendAt` is when the next one may follow, ms since epoch. */
  | { readonly ok: true; readonly state: SmsSends; readonly resendAt: number }
  | ({ readonly ok: false } & SendLimitReached)

const hourMs = 3_600_000
const dayMs = 86_400_000

/**
 * Tells whether one more message may be sent now, and gives the state in which it is counted. A resend or a new
 * challenge clears nothing [SMS-22]. Only {@link sendsAfterVerified} resets the delay. The counts of the hour and the
 * day stay.
 *
 * @contract pure · now and retryAt ms since epoch, delays ms · ok|cooldown|hourly|daily · throws NL_ARGUMENT · SMS-23
 * @example
 * sendAllowed({ state: noSmsSends, now }) // { ok: true, state: { at: [now], row: 1 }, resendAt: now + 30_000 }
 */
export function sendAllowed(options: {
  readonly state: SmsSends
  readonly now: number
  readonly limits?: SmsSendLimits | undefined
}): SendAllowedOutcome {
  requireObject(options, 'options')
  const { state, now, limits = smsSendLimits } = options
  requireState(state)
  requireInteger(now, 'now', { from: 0, to: Number.MAX_SAFE_INTEGER })
  checkSendLimits(limits)
  const reached = reachedLimit(state, now, limits)
  if (reached !== null) return { ok: false, ...reached }
  const day = within(state.at, dayMs, now)
  const sent: SmsSends = {
    at: [...day, now].sort((a, b) => a - b),
    row: day.length === 0 ? 1 : state.row + 1,
  }
  return { ok: true, state: sent, resendAt: reachedLimit(sent, now, limits)?.retryAt ?? now }
}

/**
 * The state after a code was verified. The delay starts again, and the counts stay.
 *
 * @contract pure · state · throws NL_ARGUMENT
 * @example
 * sendsAfterVerified({ at: [now], row: 2 }) // { at: [now], row: 0 }
 */
export function sendsAfterVerified(state: SmsSends): SmsSends {
  requireState(state)
  return { at: state.at, row: 0 }
}

/**
 * Refuses limits that would keep an account from its codes, or that need more times than a record keeps.
 *
 * @contract pure · delays ms · throws NL_ARGUMENT
 * @example
 * checkSendLimits({ ...smsSendLimits, hourly: 3 })
 */
export function checkSendLimits(limits: SmsSendLimits): void {
  requireObject(limits, 'limits')
  requireInteger(limits.firstDelayMs, 'firstDelayMs', { from: 1000, to: hourMs })
  requireInteger(limits.longestDelayMs, 'longestDelayMs', { from: limits.firstDelayMs, to: dayMs })
  requireInteger(limits.daily, 'daily', { from: 1, to: smsLimits.daily })
  requireInteger(limits.hourly, 'hourly', { from: 1, to: limits.daily })
}

function requireState(state: SmsSends): void {
  requireObject(state, 'state')
  requireInteger(state.row, 'state.row', { from: 0, to: Number.MAX_SAFE_INTEGER })
  if (!Array.isArray(state.at) || !state.at.every((at) => Number.isSafeInteger(at))) {
    throw argumentError('state.at', 'a list of times')
  }
}

/** The limit that is reached now and ends last. Null if none is reached. */
function reachedLimit(state: SmsSends, now: number, limits: SmsSendLimits): SendLimitReached | null {
  const delay = state.row === 0 ? 0 : Math.min(limits.firstDelayMs * 2 ** (state.row - 1), limits.longestDelayMs)
  const ends: SendLimitReached[] = [
    { reason: 'daily', retryAt: freeAt(state, { most: limits.daily, windowMs: dayMs, now }) },
    { reason: 'hourly', retryAt: freeAt(state, { most: limits.hourly, windowMs: hourMs, now }) },
    { reason: 'cooldown', retryAt: freeAt(state, { most: 1, windowMs: delay, now }) },
  ]
  const [longest] = ends.filter(({ retryAt }) => retryAt > now).sort((a, b) => b.retryAt - a.retryAt)
  return longest ?? null
}

/** When fewer than `most` sends will lie within the window. 0 if that is so now. */
function freeAt(
  state: SmsSends,
  { most, windowMs, now }: { readonly most: number; readonly windowMs: number; readonly now: number },
): number {
  const counted = within(state.at, windowMs, now)
  const last = counted[counted.length - most]
  return last === undefined ? 0 : last + windowMs
}

function within(times: readonly number[], windowMs: number, now: number): readonly number[] {
  return times.filter((at) => Math.abs(now - at) < windowMs)
}
