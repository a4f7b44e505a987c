import { argumentError } from '../../core/arguments.ts'
import { encodeBase64url, frame } from '../../core/bytes.ts'
import { sha256 } from '../../core/hmac.ts'
import { limits } from '../../core/limits.ts'
import type { RecordId } from '../../ports/storage.ts'

const prefix = 'account:'

/** The host's own id of a user: well-formed text without control characters, at most 180 UTF-16 units. */
export function requireAccountId(value: unknown, title: string): asserts value is string {
  const rule = `a text of 1 to ${limits.accountIdLength} characters without control characters`
  if (typeof value !== 'string' || value.length < 1 || value.length > limits.accountIdLength) {
    throw argumentError(title, rule)
  }
  if (/[\p{Cc}\p{Cs}]/u.test(value)) throw argumentError(title, rule)
}

export function recordIdOf(accountId: string): RecordId {
  return prefix + accountId
}

export function isAccountRecord(recordId: RecordId): boolean {
  return recordId.startsWith(prefix)
}

export function accountIdOf(recordId: RecordId): string {
  return recordId.slice(prefix.length)
}

/** Names an account in a device token without its id. */
export function accountHash(accountId: string): string {
  return encodeBase64url(sha256(frame('nightlatch/account-hash/v1', accountId)).subarray(0, 9))
}
