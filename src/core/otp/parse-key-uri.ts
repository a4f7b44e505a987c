import type { OtpAlgorithm } from './arguments.ts'
import { decodeBase32 } from './base32.ts'
import type { KeyWarning, OtpKey } from './key.ts'
import { hasColon, keyWarnings } from './key.ts'
import type { KeyUriQuery } from './key-uri-query.ts'
import { decodePercent, readQuery } from './key-uri-query.ts'
import { otpLimits } from './limits.ts'

/**
 * The part of a key URI that is wrong. `duplicate`: a parameter occurs twice, and apps differ in which one they use.
 * `separator`: parameters are separated by something else than `&`, such as `&amp;` that was copied from a page.
 * `encoder`: the codes are no digits, as those of Steam.
 */
export type KeyUriFault =
  | 'malformed'
  | 'too-long'
  | 'type'
  | 'label'
  | 'issuer'
  | 'secret'
  | 'short-secret'
  | 'algorithm'
  | 'digits'
  | 'period'
  | 'counter'
  | 'duplicate'
  | 'separator'
  | 'encoder'

export type ParseKeyUriOutcome =
  | {
      readonly ok: true
      readonly key: OtpKey
      /** The parameters that were not read, such as `image`. Those that may change the codes give a warning too. */
      readonly ignored: readonly string[]
    }
  | { readonly ok: false; readonly reason: KeyUriFault }

/**
 * Reads a key URI that was scanned from a QR code or pasted. Any text gives an outcome. The secret may be in lower
 * case, and may have spaces or padding [URI-4]. No parameter is dropped silently: `ignored` names those that the format
 * does not have. A secret under 16 bytes is refused as `short-secret`, and one with bits after its last byte as
 * `secret`. With `legacy` both are accepted and get a warning [HOTP-4].
 *
 * @contract pure
 *   · ok|malformed|too-long|type|label|issuer|secret|short-secret|algorithm|digits|period|counter|duplicate|separator|
 *   encoder
 *   · throws none · Key Uri Format
 * @example
 * const read = parseKeyUri('otpauth://totp/Acme:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme')
 * if (read.ok) read.key.account // 'ada'
 */
export function parseKeyUri(text: string, options?: { readonly legacy?: boolean | undefined }): ParseKeyUriOutcome {
  if (typeof text !== 'string') return fault('malformed')
  if (text.length > otpLimits.keyUri) return fault('too-long')
  const parts = /^otpauth:\/\/([^/?#]*)\/([^/?#]*)\?([^#]*)$/i.exec(text.trim())
  if (!parts) return fault('malformed')
  const type = parts[1]!.toLowerCase()
  if (type !== 'totp' && type !== 'hotp') return fault('type')

  const query = readQuery(parts[3]!)
  if (typeof query === 'string') return fault(query)
  const { values } = query
  const label = readLabel(parts[2]!)
  if (!label) return fault('label')
  const issuer = values.get('issuer')?.trim() || label.issuer
  if (issuer !== undefined && !isLabelPart(issuer)) return fault('issuer')

  const legacy = options?.legacy === true
  const secret = decodeBase32(values.get('secret') ?? '', { legacy })
  if (!secret.ok || secret.bytes.length === 0) return fault('secret')
  const short = secret.bytes.length < otpLimits.secretBytes
  if (short && !legacy) return fault('short-secret')
  const algorithm = (values.get('algorithm') ?? 'SHA1').toUpperCase()
  if (!isAlgorithm(algorithm)) return fault('algorithm')
  const digits = readInteger(values.get('digits') ?? '6')
  if (digits !== 6 && digits !== 8) return fault('digits')

  const { account } = label
  const base = { ...(issuer === undefined ? {} : { issuer }), account, secret: secret.bytes, algorithm, digits }
  const ignored = ignoredBy(type, query)
  const warnings: readonly KeyWarning[] = [
    ...(short ? (['short-secret'] as const) : []),
    ...(secret.dropped === undefined ? [] : (['cut-secret'] as const)),
    ...(label.issuer !== undefined && label.issuer !== issuer ? (['issuer-mismatch'] as const) : []),
    ...(ignored.isRisky ? (['ignored-parameter'] as const) : []),
  ]
  if (type === 'hotp') {
    const counter = readInteger(values.get('counter') ?? '')
    if (counter < 0) return fault('counter')
    const key: OtpKey = { type, ...base, counter, warnings: [...warnings, ...keyWarnings(base)] }
    return { ok: true, key, ignored: ignored.names }
  }
  const period = readInteger(values.get('period') ?? '30')
  if (period < 1 || period > otpLimits.periodSeconds) return fault('period')
  const key: OtpKey = { type, ...base, period, warnings: [...warnings, ...keyWarnings({ ...base, period })] }
  return { ok: true, key, ignored: ignored.names }
}

function fault(reason: KeyUriFault): { readonly ok: false; readonly reason: KeyUriFault } {
  return { ok: false, reason }
}

/** A code by time has no counter, and a code by counter no period: the other one was meant for another type. */
function ignoredBy(
  type: 'totp' | 'hotp',
  { values, ignored, isRisky }: KeyUriQuery,
): { readonly names: readonly string[]; readonly isRisky: boolean } {
  const foreign = type === 'totp' ? 'counter' : 'period'
  return values.has(foreign) ? { names: [foreign, ...ignored], isRisky: true } : { names: ignored, isRisky }
}

/** Reads `issuer:account`, or `account` alone. Spaces may follow the colon. */
function readLabel(encoded: string): { readonly issuer?: string; readonly account: string } | null {
  const label = decodePercent(encoded)
  if (label === null) return null
  const at = label.indexOf(':')
  const account = label.slice(at + 1).trim()
  if (!isLabelPart(account)) return null
  if (at < 0) return { account }
  const issuer = label.slice(0, at).trim()
  return isLabelPart(issuer) ? { issuer, account } : null
}

export function isLabelPart(text: string): boolean {
  return text !== '' && text.length <= otpLimits.label && !hasColon(text) && !/\p{Cc}/u.test(text)
}

/** Gives -1 unless the text is a plain decimal integer that a number holds exactly. */
function readInteger(text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : -1
  return Number.isSafeInteger(value) ? value : -1
}

function isAlgorithm(text: string): text is OtpAlgorithm {
  return text === 'SHA1' || text === 'SHA256' || text === 'SHA512'
}
