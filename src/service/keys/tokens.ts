import { frame } from '../../core/bytes.ts'
import { limits } from '../../core/limits.ts'
import type { TokenKind, TokenPayloads } from '../../core/token/index.ts'
import { decodeToken, encodeToken } from '../../core/token/index.ts'
import type { Random } from '../../ports/random.ts'
import type { Installation } from './installation.ts'
import { isUnderFirstKey, nonceLength, openText, sealText } from './keyring.ts'

const associated = (realm: string, kind: TokenKind): Uint8Array => frame('nightlatch/token/v1', realm, kind)

export function sealToken<K extends TokenKind>(
  { realm, keys }: Installation,
  random: Random,
  kind: K,
  payload: TokenPayloads[K],
): string {
  return sealText(keys, 'token', encodeToken(kind, payload), associated(realm, kind), random(nonceLength))
}

/**
 * Null for whatever is not a genuine token of this kind and realm. Expiry and epoch are checked later, against the
 * record.
 */
export function openToken<K extends TokenKind>(
  { realm, keys }: Installation,
  kind: K,
  text: unknown,
): TokenPayloads[K] | null {
  if (typeof text !== 'string' || text.length > limits.tokenLength) return null
  const bytes = openText(keys, 'token', text, associated(realm, kind))
  return bytes === null ? null : decodeToken(kind, bytes)
}

/**
 * The same payload, with all its times, under the first key of the ring [CRY-7]. Null if the text is under that key
 * already, or no token of this kind.
 */
export function resealToken(installation: Installation, random: Random, kind: TokenKind, text: unknown): string | null {
  const payload = openToken(installation, kind, text)
  if (payload === null || isUnderFirstKey(installation.keys, String(text))) return null
  return sealToken(installation, random, kind, payload)
}
