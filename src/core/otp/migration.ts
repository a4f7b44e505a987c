import { decodeBase64url, textOf } from '../bytes.ts'
import type { OtpAlgorithm } from './arguments.ts'
import type { OtpKey } from './key.ts'
import { keyWarnings } from './key.ts'
import { decodePercent } from './key-uri-query.ts'
import { otpLimits } from './limits.ts'
import { isLabelPart } from './parse-key-uri.ts'
import type { ProtobufField } from './protobuf.ts'
import { readProtobuf } from './protobuf.ts'

/**
 * Why one key of an export was left out. `algorithm`: MD5, or an unknown one. `malformed`: this key cannot be read, the
 * others can.
 */
export type MigrationFault =
  'malformed' | 'type' | 'label' | 'secret' | 'short-secret' | 'algorithm' | 'digits' | 'counter'

export interface MigrationBatch {
  /** How many QR codes the export has. */
  readonly size: number
  /** The index of this one, from 0. */
  readonly index: number
  /** The same number in all codes of one export. */
  readonly id: number
}

export type ParseMigrationUriOutcome =
  | {
      readonly ok: true
      readonly keys: readonly OtpKey[]
      /** The keys that were left out, by their index in the export. */
      readonly refused: readonly { readonly at: number; readonly reason: MigrationFault }[]
      readonly version: number
      readonly batch: MigrationBatch
    }
  | { readonly ok: false; readonly reason: 'malformed' | 'too-long' }

/**
 * Reads one QR code of an export from Google Authenticator (`otpauth-migration://offline?data=…`). Any text gives an
 * outcome. A large export has several QR codes, and `batch` tells which one this is. A secret under 16 bytes is left
 * out as `short-secret`. With `legacy` it is kept and gets a warning [HOTP-4].
 *
 * @contract pure · ok|malformed|too-long · throws none
 * @example
 * const data = 'CiEKFDEyMzQ1Njc4OTAxMjM0NTY3ODkwEgNBZGEgASgBMAIQARgBIAA='
 * const read = parseMigrationUri(`otpauth-migration://offline?data=${encodeURIComponent(data)}`)
 * if (read.ok) read.keys.map((key) => key.account) // ['Ada']
 */
export function parseMigrationUri(
  text: string,
  options?: { readonly legacy?: boolean | undefined },
): ParseMigrationUriOutcome {
  if (typeof text !== 'string') return { ok: false, reason: 'malformed' }
  if (text.length > otpLimits.migrationUri) return { ok: false, reason: 'too-long' }
  const fields = readPayload(text)
  if (!fields) return { ok: false, reason: 'malformed' }

  const keys: OtpKey[] = []
  const refused: { at: number; reason: MigrationFault }[] = []
  const entries = fields.filter((field) => field.tag === 1)
  for (const [at, entry] of entries.entries()) {
    const key = entry.kind === 'bytes' ? readKey(entry.value, options?.legacy === true) : 'malformed'
    if (typeof key === 'string') refused.push({ at, reason: key })
    else keys.push(key)
  }
  const batch = { size: integerAt(fields, 3), index: integerAt(fields, 4), id: integerAt(fields, 5) }
  return { ok: true, keys, refused, version: integerAt(fields, 2), batch }
}

// The enumerations of the format, by number. 0 means unspecified, and apps then use the default.
const algorithms: readonly OtpAlgorithm[] = ['SHA1', 'SHA1', 'SHA256', 'SHA512']
const digitCounts: readonly number[] = [6, 6, 8]

function readPayload(text: string): ProtobufField[] | null {
  const query = /^otpauth-migration:\/\/offline\/?\?([^#]*)$/i.exec(text.trim())?.[1] ?? ''
  // With two of them, apps could read different keys.
  const [encoded, ...others] = query.split('&').flatMap((pair) => /^data=(.+)$/is.exec(pair)?.[1] ?? [])
  if (others.length > 0) return null
  const base64 = encoded === undefined ? null : decodePercent(encoded)
  if (base64 === null) return null
  // Some QR readers turn the plus of base64 into a space.
  const bytes = decodeBase64url(
    base64
      .replace(/[+ ]/g, '-')
      .replaceAll('/', '_')
      .replace(/={1,2}$/, ''),
  )
  return bytes && readProtobuf(bytes)
}

function readKey(bytes: Uint8Array, legacy: boolean): OtpKey | MigrationFault {
  const fields = readProtobuf(bytes)
  if (!fields) return 'malformed'
  const secret = bytesAt(fields, 1)
  if (!secret || secret.length === 0) return 'secret'
  const short = secret.length < otpLimits.secretBytes
  if (short && !legacy) return 'short-secret'

  const label = readLabel(fields)
  if (!label) return 'label'
  const algorithm = algorithms[integerAt(fields, 4)]
  if (!algorithm) return 'algorithm'
  const digits = digitCounts[integerAt(fields, 5)]
  if (!digits) return 'digits'

  const base = { ...label, secret, algorithm, digits }
  const warnings = [...(short ? (['short-secret'] as const) : []), ...keyWarnings(base)]
  const type = integerAt(fields, 6)
  // An export without a type has codes by time, for every app that reads it.
  if (type === 2 || type === 0) return { type: 'totp', ...base, period: 30, warnings }
  if (type !== 1) return 'type'
  const counter = integerAt(fields, 7)
  return Number.isSafeInteger(counter) && counter >= 0 ? { type: 'hotp', ...base, counter, warnings } : 'counter'
}

/** The app writes `issuer:account` into the name. The field of the issuer may be empty. */
function readLabel(fields: readonly ProtobufField[]): { readonly issuer?: string; readonly account: string } | null {
  const name = readText(bytesAt(fields, 2))
  const issuer = readText(bytesAt(fields, 3))
  if (name === null || issuer === null) return null
  const at = name.indexOf(':')
  const account = name.slice(at + 1).trim()
  const named = issuer.trim() || name.slice(0, Math.max(at, 0)).trim()
  if (!isLabelPart(account)) return null
  if (named === '') return { account }
  return isLabelPart(named) ? { issuer: named, account } : null
}

function readText(bytes: Uint8Array | undefined): string | null {
  if (!bytes) return ''
  try {
    return textOf(bytes)
  } catch {
    return null
  }
}

/** If a field occurs twice, the last one counts, as protobuf defines. */
function bytesAt(fields: readonly ProtobufField[], tag: number): Uint8Array | undefined {
  const field = fields.findLast((each) => each.tag === tag)
  return field?.kind === 'bytes' ? field.value : undefined
}

function integerAt(fields: readonly ProtobufField[], tag: number): number {
  const field = fields.findLast((each) => each.tag === tag)
  return field?.kind === 'integer' ? Number(field.value) : 0
}
