import type { OtpAlgorithm } from './arguments.ts'
import { decodeBase32 } from './base32.ts'
import type { KeyWarning, OtpKey } from './key.ts'
import { hasColon, keyWarnings } from './key.ts'
import { otpLimits } from './limits.ts'

/**
 * The part of a key URI that is wrong. `duplicate`: a parameter occurs twice, and apps differ in which one they use.
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

export type ParseKeyUriOutcome =
  { readonly ok: true; readonly key: OtpKey } | { readonly ok: false; readonly reason: KeyUriFault }

const known = ['secret', 'issuer', 'algorithm', 'digits', 'period', 'counter']

/**
 * Reads a key URI that was scanned from a QR code or pasted. Any text gives an outcome. The secret may be in lower
 * case, and may have spaces or padding [URI-4]. Parameters that the format does not have are ignored. A secret under 16
 * bytes is refused as `short-secret`. With `legacy` it is accepted and gets a warning [HOTP-4].
 *
 * @contract pure
 *   · ok|malformed|too-long|type|label|issuer|secret|short-secret|algorithm|digits|period|counter|duplicate
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

  const values = readQuery(parts[3]!)
  if (typeof values === 'string') return fault(values)
  const label = readLabel(parts[2]!)
  if (!label) return fault('label')
  const issuer = values.get('issuer')?.trim() || label.issuer
  if (issuer !== undefined && !isLabelPart(issuer)) return fault('issuer')

  const secret = decodeBase32(values.get('secret') ?? '')
  if (!secret.ok || secret.bytes.length === 0) return fault('secret')
  const short = secret.bytes.length < otpLimits.secretBytes
  if (short && options?.legacy !== true) return fault('short-secret')
  const algorithm = (values.get('algorithm') ?? 'SHA1').toUpperCase()
  if (!isAlgorithm(algorithm)) return fault('algorithm')
  const digits = readInteger(values.get('digits') ?? '6')
  if (digits !== 6 && digits !== 8) return fault('digits')

  const warnings: KeyWarning[] = short ? ['short-secret'] : []
  if (label.issuer !== undefined && label.issuer !== issuer) warnings.push('issuer-mismatch')
  const base = {
    ...(issuer === undefined ? {} : { issuer }),
    account: label.account,
    secret: secret.bytes,
    algorithm,
    digits,
  }
  if (type === 'hotp') {
    const counter = readInteger(values.get('counter') ?? '')
    if (counter < 0) return fault('counter')
    return { ok: true, key: { type, ...base, counter, warnings: [...warnings, ...keyWarnings(base)] } }
  }
  const period = readInteger(values.get('period') ?? '30')
  if (period < 1 || period > otpLimits.periodSeconds) return fault('period')
  return { ok: true, key: { type, ...base, period, warnings: [...warnings, ...keyWarnings({ ...base, period })] } }
}

function fault(reason: KeyUriFault): { readonly ok: false; readonly reason: KeyUriFault } {
  return { ok: false, reason }
}

function readQuery(query: string): ReadonlyMap<string, string> | 'malformed' | 'duplicate' {
  const values = new Map<string, string>()
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=')
    const name = (at < 0 ? pair : pair.slice(0, at)).toLowerCase()
    if (!known.includes(name)) continue
    const value = decodePercent(at < 0 ? '' : pair.slice(at + 1))
    if (value === null) return 'malformed'
    if (values.has(name)) return 'duplicate'
    values.set(name, value)
  }
  return values
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

/** Gives `null` for an incomplete escape, and for bytes that are not UTF-8. A plus stays a plus [URI-3]. */
export function decodePercent(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** Gives -1 unless the text is a plain decimal integer that a number holds exactly. */
function readInteger(text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : -1
  return Number.isSafeInteger(value) ? value : -1
}

function isAlgorithm(text: string): text is OtpAlgorithm {
  return text === 'SHA1' || text === 'SHA256' || text === 'SHA512'
}
