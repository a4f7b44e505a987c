import { decodeBase64url, encodeBase64url, frame } from '../bytes.ts'
import { equalBytes } from '../compare.ts'
import { hmacSha256 } from '../hmac.ts'

/**
 * A record as it is stored. The MAC is over the stored text of the body, never over a body that was serialized again.
 */
export interface Envelope {
  readonly schema: number
  readonly realm: string
  readonly kind: string
  readonly keyId: string
  readonly body: string
  /** base64url */
  readonly mac: string
}

interface Authenticated {
  readonly id: string
  readonly version: string
  readonly realm: string
  readonly kind: string
  readonly schema: number
  readonly body: string
}

/** mac = HMAC-SHA-256(record key, frame(label, realm, kind, id, version, schema, body)). */
export function recordMac(key: Uint8Array, record: Authenticated): Uint8Array {
  const { realm, kind, id, version, schema, body } = record
  return hmacSha256(key, frame('nightlatch/record/v1', realm, kind, id, version, String(schema), body))
}

/** The envelope as one line of JSON, and the text of the body after it: within the JSON it would be escaped. */
export function writeEnvelope(keyId: string, key: Uint8Array, record: Authenticated): string {
  const { schema, realm, kind, body } = record
  return `${JSON.stringify({ schema, realm, kind, keyId, mac: encodeBase64url(recordMac(key, record)) })}\n${body}`
}

/** Null if the text is no envelope. The MAC is not checked here. */
export function readEnvelope(doc: string): Envelope | null {
  const end = doc.indexOf('\n')
  if (end < 0) return null
  let value: unknown
  try {
    value = JSON.parse(doc.slice(0, end))
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { schema, realm, kind, keyId, mac } = value as Record<string, unknown>
  return Number.isSafeInteger(schema) &&
    typeof realm === 'string' &&
    typeof kind === 'string' &&
    typeof keyId === 'string' &&
    typeof mac === 'string'
    ? { schema: schema as number, realm, kind, keyId, body: doc.slice(end + 1), mac }
    : null
}

export function isEnvelopeValid(
  envelope: Envelope,
  key: Uint8Array,
  stored: { readonly id: string; readonly version: string },
): boolean {
  const mac = decodeBase64url(envelope.mac)
  const { realm, kind, schema, body } = envelope
  return mac !== null && equalBytes(mac, recordMac(key, { ...stored, realm, kind, schema, body }))
}

/** The number counts the record's commits. The 128 random bits after it make every version unique. */
export function nextVersion(before: string | null, random: Uint8Array): string {
  return `${versionNumber(before) + 1}.${encodeBase64url(random)}`
}

export function versionNumber(version: string | null): number {
  const n = version === null ? 0 : Number(version.slice(0, version.indexOf('.')))
  return Number.isSafeInteger(n) && n >= 0 ? n : 0
}
