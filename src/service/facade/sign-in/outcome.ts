import { requireObject } from '../../../core/arguments.ts'
import type { Aal, Amr, Factor, Method } from '../../../core/factor.ts'

export interface Granted {
  readonly status: 'granted'
  /** For the host's own session; every call of the security page takes it. */
  readonly grant: string
  /** For an HttpOnly cookie with the attributes of `nl.cookie`. It identifies the browser and replaces no factor. */
  readonly deviceToken: string
  readonly aal: Aal
  readonly amr: readonly Amr[]
  /** The factor was skipped, because the owner trusts this browser. */
  readonly trustedDevice?: true
  /** With `backupCodes.replaceUsed`, after a backup code: the one that takes its place. Show it once [BC-12]. */
  readonly replacementCode?: string
}

export interface Challenged {
  readonly status: 'challenge'
  readonly challenge: string
  readonly factors: readonly Factor[]
  readonly preferred: Factor
  /** Absent when the challenge is new. `expired`: no code by SMS is awaited; ask for one. */
  readonly reason?: 'wrong' | 'wait' | 'malformed' | 'expired'
  readonly triesLeft: number
  /** ms since epoch: no code is evaluated before. A passkey waits for nothing. */
  readonly retryAt?: number
  /** Of a code by SMS that this call was to send. */
  readonly sms?: SmsDelivery
}

/** Times are ms since epoch. `to` is masked. */
export type SmsDelivery =
  /** In the outbox: sending it, and trying again, is not waited for. */
  | { readonly status: 'queued'; readonly to: string; readonly resendAt: number; readonly expiresAt: number }
  | {
      readonly status: 'refused'
      readonly to: string
      readonly reason: 'cooldown' | 'hourly' | 'daily' | 'limited' | 'denied' | 'country' | 'wait'
      readonly retryAt?: number
    }

export interface MustEnroll {
  readonly status: 'enroll'
  /** Good only for enrolling a factor; confirming returns the full one. */
  readonly grant: string
  readonly deviceToken?: undefined
  /** One of these. */
  readonly needs: readonly Method[]
  /** ms since epoch */
  readonly until: number
}

export type RefusalReason =
  | 'wrong-credentials'
  | 'too-many-attempts'
  | 'challenge-ended'
  | 'too-many-tries'
  | 'factors-off'
  /** The passkey is not the account's any more: the page may tell the browser to forget it. */
  | 'unknown-passkey'
  /** The passkey did not verify its user (by PIN, finger or face), and nothing else was shown. */
  | 'user-verification'
  | 'busy'

export interface Refused {
  readonly status: 'refused'
  readonly reason: RefusalReason
  readonly httpStatus: number
  /** ms since epoch */
  readonly retryAt?: number
}

export type SignInOutcome = Granted | Challenged | MustEnroll | Refused

const httpStatuses: Readonly<Record<RefusalReason, number>> = {
  'wrong-credentials': 401,
  'too-many-attempts': 429,
  'challenge-ended': 401,
  'too-many-tries': 401,
  'factors-off': 403,
  'unknown-passkey': 401,
  'user-verification': 401,
  busy: 503,
}

export function refused(reason: RefusalReason, retryAt?: number): Refused {
  return {
    status: 'refused',
    reason,
    httpStatus: httpStatuses[reason],
    ...(retryAt === undefined ? {} : { retryAt }),
  }
}

export interface PublicOutcome {
  readonly status: SignInOutcome['status']
  readonly reason?: string
  /** ms since epoch */
  readonly retryAt?: number
  readonly factors?: readonly Factor[]
  readonly preferred?: Factor
  readonly triesLeft?: number
  readonly sms?: SmsDelivery
}

/**
 * What a page may show of an outcome: no token, and nothing that an outsider may not tell apart before the primary
 * authentication. Waits and tries left appear only after it.
 *
 * @contract pure · outcomes a plain value · throws NL_ARGUMENT
 * @example
 * res.status(outcome.httpStatus).render('login', publicOutcome(outcome))
 */
export function publicOutcome(outcome: SignInOutcome): PublicOutcome {
  requireObject(outcome, 'outcome')
  const { status } = outcome
  if (status === 'granted' || status === 'enroll') return { status }
  const { reason, retryAt } = outcome
  return {
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(retryAt === undefined ? {} : { retryAt }),
    ...(status === 'challenge' ? shown(outcome) : {}),
  }
}

function shown({ factors, preferred, triesLeft, sms }: Challenged): Partial<PublicOutcome> {
  return { factors, preferred, triesLeft, ...(sms === undefined ? {} : { sms }) }
}
