import type { OtpAlgorithm } from './arguments.ts'
import { refuse, requireDigits, requireInteger, requireOptions, requirePeriod } from './arguments.ts'
import { codeText, codeValue, sameCode } from './code.ts'
import { otpLimits } from './limits.ts'
import type { PreparedSecret } from './secret.ts'
import { keyOf, requireSecret } from './secret.ts'

/** What both sides agreed on. All but the secret have defaults that every authenticator app understands. */
export interface TotpParameters {
  readonly secret: Uint8Array | PreparedSecret
  /** 6 (default) to 8. */
  readonly digits?: number | undefined
  /** Seconds. Default 30. */
  readonly period?: number | undefined
  /** Default `SHA1`. */
  readonly algorithm?: OtpAlgorithm | undefined
}

/** A code can be calculated for any period. Only verification and key URIs have the limit of [TOTP-10]. */
const anyPeriod = 0xffff_ffff

export interface TotpOptions extends TotpParameters {
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * Gives the TOTP code of a time.
 *
 * @contract pure · now ms, period s · the code · throws NL_ARGUMENT · RFC 6238 §4
 * @example
 * totp({ secret, now: 59_000 }) // '287082'
 */
export function totp(options: TotpOptions): string {
  requireOptions(options)
  const digits = requireDigits(options.digits)
  const step = stepOf(options.now, requirePeriod(options.period, anyPeriod))
  requireSecret(options.secret, options.algorithm)
  return codeText(keyOf(options.secret, options.algorithm).at(step), digits)
}

/**
 * Gives the time step of a time: floor(seconds since the epoch / period).
 *
 * @contract pure · now ms, period s (default 30) · the step · throws NL_ARGUMENT · RFC 6238 §4.2
 * @example
 * totpStep({ now: 59_000 }) // 1
 */
export function totpStep(options: { readonly now: number; readonly period?: number | undefined }): number {
  requireOptions(options)
  return stepOf(options.now, requirePeriod(options.period, anyPeriod))
}

export function stepOf(now: unknown, period: number): number {
  if (typeof now !== 'number' || !(now >= 0 && now <= Number.MAX_SAFE_INTEGER)) {
    refuse('now must be milliseconds since the epoch')
  }
  return Math.floor(Math.floor(now) / (period * 1000))
}

export interface VerifyTotpOptions extends TotpParameters {
  /** What the person typed, in any form that `normalizeCode` reads. Every value gives an outcome. */
  readonly code: string
  /** The server's own time in milliseconds since the epoch, never a client's [TOTP-13]. */
  readonly now: number
  /** The last accepted step. Only later steps count [TOTP-6]. */
  readonly after?: number | null | undefined
  /** Steps examined in either direction. Default 1, at most 10. `strict` has 0 [TOTP-7]. */
  readonly window?: number | undefined
  /**
   * The learned drift of the authenticator in steps, −120 to 120. The clock plus the drift is the center of the window.
   * Default 0 [TOTP-8].
   */
  readonly drift?: number | undefined
}

export type VerifyTotpOutcome =
  /** Before you answer, store `step` as the next `after`. Store `drift` too if you learn the drift. */
  | { readonly ok: true; readonly step: number; readonly drift: number }
  | { readonly ok: false; readonly reason: 'malformed' | 'wrong' }
  /** The code is right, but its step is already spent. Show it as `wrong` [TOTP-12]. */
  | { readonly ok: false; readonly reason: 'replayed'; readonly step: number; readonly drift: number }

/** Options of the strictest check: the current step only. */
export const strict: { readonly window: 0 } = /* @__PURE__ */ Object.freeze({ window: 0 })

/**
 * Checks a TOTP code against every step of the window, always against all of them, without a branch. If several steps
 * match, the last one counts. So a code that was accepted once cannot pass again under `after`.
 *
 * `drift` in the answer is the distance in steps between the matching step and the clock. Steps more than 120 away from
 * the clock are never accepted, not even with a learned drift. Stricter than RFC 6238: periods above 120 s are refused
 * [TOTP-10].
 *
 * @contract pure · now ms, period s (1–120), window and drift steps · ok|malformed|wrong|replayed · throws NL_ARGUMENT
 *   · RFC 6238 §5.2, §6
 * @example
 * const r = verifyTotp({ secret, code: '492 039', now: Date.now(), after: authenticator.lastStep })
 * if (r.ok) authenticator.lastStep = r.step
 */
export function verifyTotp(options: VerifyTotpOptions): VerifyTotpOutcome {
  requireOptions(options)
  const digits = requireDigits(options.digits)
  const clock = stepOf(options.now, requirePeriod(options.period))
  const after = requireAfter(options.after)
  const window = options.window === undefined ? 1 : requireInteger(options.window, 'window', 0, otpLimits.window)
  const drift =
    options.drift === undefined ? 0 : requireInteger(options.drift, 'drift', -otpLimits.drift, otpLimits.drift)
  requireSecret(options.secret, options.algorithm)
  const value = codeValue(options.code, digits)
  if (value < 0) return { ok: false, reason: 'malformed' }

  const key = keyOf(options.secret, options.algorithm)
  const modulus = 10 ** digits
  const first = Math.max(0, clock + Math.max(drift - window, -otpLimits.drift))
  const last = clock + Math.min(drift + window, otpLimits.drift)
  let found = -1
  for (let i = 0; i <= last - first; i++) {
    const same = sameCode(key.at(first + i) % modulus, value)
    found ^= (found ^ i) & -same
  }
  if (found < 0) return { ok: false, reason: 'wrong' }
  const step = first + found
  if (step <= after) return { ok: false, reason: 'replayed', step, drift: step - clock }
  return { ok: true, step, drift: step - clock }
}

/** A stored step may be ahead of this server's clock. That is no error: every current code then counts as replayed. */
export function requireAfter(after: unknown): number {
  if (after === undefined || after === null) return -1
  return requireInteger(after, 'after', -1, Number.MAX_SAFE_INTEGER)
}
