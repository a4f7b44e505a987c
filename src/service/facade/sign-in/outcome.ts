import { requireObject } from '../../../core/arguments.ts'
import type { Aal, Amr, Factor, Method } from '../../../core/factor.ts'
import type { Advice } from '../../../core/account/password/advice.ts'
import type { OpenChallenge } from '../../../core/account/sign-in/challenge.ts'
import type { CodeDelivery } from '../../../core/account/sign-in/delivery.ts'
import type { recoverSignIn } from '../../../core/account/sign-in/recover.ts'
import type { sendSignInCode } from '../../../core/account/sign-in/send-code.ts'
import type { startSignIn } from '../../../core/account/sign-in/start.ts'
import type { verifySignIn } from '../../../core/account/sign-in/verify-code.ts'
import type { verifyPasskey } from '../../../core/account/sign-in/verify-passkey.ts'
import type { ReasonOf, ResultOf } from '../call/refusal.ts'

export interface Granted {
  readonly status: 'granted'
  /** For the host's own session. Every call of the security page takes it. */
  readonly grant: string
  /**
   * The value of a Set-Cookie header: it keeps the device token. `client.cookies` brings it back. The token identifies
   * the browser and replaces no factor.
   */
  readonly setCookie: string
  /** The token itself, for an app without cookies, which sends it as `client.device`. */
  readonly deviceToken: string
  readonly aal: Aal
  readonly amr: readonly Amr[]
  /** No factor was asked, because the owner trusts this browser. */
  readonly trustedDevice?: true
  /** With `backupCodes.replaceUsed`, after a backup code: the code that replaces it. Show it once [BC-12]. */
  readonly replacementCode?: string
  /** Absent if there is none. `change-password`: somebody else knows the password. Ask for a new one. */
  readonly advice?: readonly Advice[]
}

export interface Challenged {
  readonly status: 'challenge'
  readonly challenge: string
  readonly factors: readonly Factor[]
  readonly preferred: Factor
  /** Absent if the challenge is new. `expired`: no code by SMS is awaited, and the page should offer to send one. */
  readonly reason?: ReasonOf<OpenChallenge>
  readonly triesLeft: number
  /** ms since epoch. No code is evaluated before; a passkey does not wait. */
  readonly retryAt?: number
  /** Whether the code by SMS that this call was to send was sent. */
  readonly sms?: SmsDelivery
}

/** Times are ms since epoch. `to` is masked. */
export type SmsDelivery =
  /** The message is in the outbox. Sending it, and trying again, is not waited for. */
  | { readonly status: 'queued'; readonly to: string; readonly resendAt: number; readonly expiresAt: number }
  | {
      readonly status: 'refused'
      readonly to: string
      readonly reason: ReasonOf<CodeDelivery>
      readonly retryAt?: number
    }

export interface MustEnroll {
  readonly status: 'enroll'
  /** Good for enrolling a factor only. Confirming the factor returns a full grant. */
  readonly grant: string
  readonly setCookie?: undefined
  readonly deviceToken?: undefined
  /** One of these. */
  readonly needs: readonly Method[]
  /** ms since epoch */
  readonly until: number
}

type SignInResult = ResultOf<
  typeof startSignIn | typeof verifySignIn | typeof verifyPasskey | typeof sendSignInCode | typeof recoverSignIn
>

/**
 * `unknown-passkey`: the account does not have this passkey any more, and the page may tell the browser to forget it.
 * `user-verification`: the passkey did not verify its user (by PIN, finger or face), and nothing else was shown.
 * `human`: the name failed too often, and the host's check did not find that a person acts.
 */
export type RefusalReason =
  ReasonOf<Extract<SignInResult, { readonly status: 'refused' }>> | 'too-many-attempts' | 'human' | 'busy'

export type RefusedStatus = 401 | 403 | 429 | 503

export interface Refused {
  readonly status: 'refused'
  readonly reason: RefusalReason
  /** As literals, because some frameworks take no other number. */
  readonly httpStatus: RefusedStatus
  /** ms since epoch */
  readonly retryAt?: number
}

export type SignInOutcome = Granted | Challenged | MustEnroll | Refused

const httpStatuses: Readonly<Record<RefusalReason, RefusedStatus>> = {
  'wrong-credentials': 401,
  'too-many-attempts': 429,
  human: 403,
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
 * What a page may show of an outcome. No token is in it, and before the primary authentication nothing that an outsider
 * must not learn: waits and tries left appear only after it.
 *
 * @contract pure · granted|challenge|enroll|refused · throws NL_ARGUMENT
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
