import type { Settings } from '../../core/account/record/settings.ts'
import { caps } from '../../core/limits.ts'
import type { OtpAlgorithm } from '../../core/otp/index.ts'
import { oneOf, optionError, requirePart, wholeNumber } from './option-rules.ts'

export interface TotpOptions {
  /** Default SHA1: some apps do not understand the others [URI-7]. */
  readonly algorithm?: OtpAlgorithm
  /** 6 (default) or 8 */
  readonly digits?: number
  /** Steps accepted either way; default 1, 0 is strict, at most 5. */
  readonly window?: number
}

export function checkTotp(options: TotpOptions | undefined): Settings['totp'] {
  const names = { algorithm: true, digits: true, window: true } as const
  const totp = requirePart(options, 'totp', names)
  const digits = totp.digits ?? 6
  if (digits !== 6 && digits !== 8) throw optionError('totp.digits', '6 or 8')
  return {
    algorithm: oneOf(totp.algorithm ?? 'SHA1', 'totp.algorithm', ['SHA1', 'SHA256', 'SHA512']),
    digits,
    period: 30,
    window: wholeNumber(totp.window ?? 1, 'totp.window', 0, caps.totpWindow),
  }
}
