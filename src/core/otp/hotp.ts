import type { OtpAlgorithm } from './arguments.ts'
import { requireDigits, requireInteger, requireOptions } from './arguments.ts'
import { codeText, codeValue, sameCode } from './code.ts'
import { otpLimits } from './limits.ts'
import type { PreparedSecret } from './secret.ts'
import { keyOf, requireSecret } from './secret.ts'

export interface HotpOptions {
  readonly secret: Uint8Array | PreparedSecret
  /** The moving factor, from 0 to `Number.MAX_SAFE_INTEGER`. */
  readonly counter: number
  /** 6 (default) to 8. */
  readonly digits?: number | undefined
  /** Default `SHA1`. */
  readonly algorithm?: OtpAlgorithm | undefined
}

/**
 * Gives the HOTP code of a counter.
 *
 * @contract pure · counter integer, digits 6–8 · the code · throws NL_ARGUMENT · RFC 4226 §5
 * @example
 * hotp({ secret, counter: 0 }) // '755224'
 */
export function hotp(options: HotpOptions): string {
  requireOptions(options)
  const digits = requireDigits(options.digits)
  const counter = requireInteger(options.counter, 'counter', 0, Number.MAX_SAFE_INTEGER)
  requireSecret(options.secret, options.algorithm)
  return codeText(keyOf(options.secret, options.algorithm).at(counter), digits)
}

export interface VerifyHotpOptions {
  readonly secret: Uint8Array | PreparedSecret
  /** What the person typed, in any form that `normalizeCode` reads. */
  readonly code: string
  /** The next expected counter. It is 0 at first, then the `counter` of the last success. */
  readonly counter: number
  /**
   * How many further counters are tried, because a token's button may be pressed without a sign-in. Default 3, at most
   * 20 [HOTP-9].
   */
  readonly lookAhead?: number | undefined
  readonly digits?: number | undefined
  readonly algorithm?: OtpAlgorithm | undefined
}

export type VerifyHotpOutcome =
  /** Store `counter` before you answer. It is the next expected counter: all below it are spent [HOTP-10]. */
  { readonly ok: true; readonly counter: number } | { readonly ok: false; readonly reason: 'malformed' | 'wrong' }

/**
 * Checks an HOTP code against every counter of the look-ahead. If several counters match, the last one counts. So the
 * same code is not accepted again under the returned counter.
 *
 * The odds of guessing are s·v / 10^digits for v guesses against s counters (RFC 4226 §7.4). For 100 guesses, 3
 * counters and 6 digits they are 3·10⁻⁴. So keep the look-ahead small and limit the attempts.
 *
 * @contract pure · counter integer, lookAhead counters (0–20) · ok|malformed|wrong · throws NL_ARGUMENT
 *   · RFC 4226 §7.2–7.4
 * @example
 * verifyHotp({ secret, code: '287082', counter: 0 }) // { ok: true, counter: 2 }
 */
export function verifyHotp(options: VerifyHotpOptions): VerifyHotpOutcome {
  requireOptions(options)
  const digits = requireDigits(options.digits)
  const most = Number.MAX_SAFE_INTEGER - 1
  const first = requireInteger(options.counter, 'counter', 0, most)
  const lookAhead =
    options.lookAhead === undefined ? 3 : requireInteger(options.lookAhead, 'lookAhead', 0, otpLimits.lookAhead)
  requireSecret(options.secret, options.algorithm)
  const value = codeValue(options.code, digits)
  if (value < 0) return { ok: false, reason: 'malformed' }

  const key = keyOf(options.secret, options.algorithm)
  const modulus = 10 ** digits
  const last = Math.min(first + lookAhead, most)
  let found = -1
  for (let i = 0; i <= last - first; i++) {
    const same = sameCode(key.at(first + i) % modulus, value)
    found ^= (found ^ i) & -same
  }
  return found < 0 ? { ok: false, reason: 'wrong' } : { ok: true, counter: first + found + 1 }
}
