import { refuse, requireDigits, requireInteger, requireOptions, requirePeriod } from './arguments.ts'
import { codeValue, sameCode } from './code.ts'
import { otpLimits } from './limits.ts'
import { keyOf, requireSecret } from './secret.ts'
import type { TotpParameters, VerifyTotpOutcome } from './totp.ts'
import { requireAfter, stepOf } from './totp.ts'

export interface ResynchronizeTotpOptions extends TotpParameters {
  /** Two codes that the authenticator showed one after the other, the earlier one first. */
  readonly codes: readonly [string, string]
  /** The server's own time in milliseconds since the epoch. */
  readonly now: number
  /** The last accepted step. Both codes must be of later steps. */
  readonly after?: number | null | undefined
  /** How many steps are searched in either direction. Default one hour, at most 120 steps. */
  readonly search?: number | undefined
}

/**
 * Finds how far the clock of an authenticator has drifted, from two consecutive codes in a wide window. Pass the result
 * to `verifyTotp` as `drift`. One code is not enough, because the window is wide. This is no sign-in: ask for a fresh
 * authentication first [TOTP-9]. On success both codes are spent, and `step` is that of the second.
 *
 * @contract pure · now ms, period s (1–120), search steps (1–120) · ok|malformed|wrong|replayed · throws NL_ARGUMENT
 *   · RFC 6238 §6
 * @example
 * resynchronizeTotp({ secret, codes: ['287082', '359152'], now: 300_000 }) // { ok: true, step: 2, drift: -8 }
 */
export function resynchronizeTotp(options: ResynchronizeTotpOptions): VerifyTotpOutcome {
  requireOptions(options)
  const digits = requireDigits(options.digits)
  const period = requirePeriod(options.period)
  const clock = stepOf(options.now, period)
  const after = requireAfter(options.after)
  const search =
    options.search === undefined
      ? Math.min(Math.floor(3600 / period), otpLimits.drift)
      : requireInteger(options.search, 'search', 1, otpLimits.drift)
  if (!Array.isArray(options.codes) || options.codes.length !== 2) refuse('codes must be two texts')
  requireSecret(options.secret, options.algorithm)
  const earlier = codeValue(options.codes[0], digits)
  const later = codeValue(options.codes[1], digits)
  if (earlier < 0 || later < 0) return { ok: false, reason: 'malformed' }

  const key = keyOf(options.secret, options.algorithm)
  const modulus = 10 ** digits
  const first = Math.max(0, clock - search)
  let previous = 0
  let found = -1
  for (let i = 0; i <= clock + search - first; i++) {
    const code = key.at(first + i) % modulus
    const same = sameCode(code, later) & previous
    found ^= (found ^ i) & -same
    previous = sameCode(code, earlier)
  }
  if (found < 0) return { ok: false, reason: 'wrong' }
  const step = first + found
  if (step - 1 <= after) return { ok: false, reason: 'replayed', step, drift: step - clock }
  return { ok: true, step, drift: step - clock }
}
