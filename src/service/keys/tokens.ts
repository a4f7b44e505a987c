import { frame } from '../../core/bytes.ts'
import { limits } from '../../core/limits.ts'
import type { TokenKind, TokenPayloads } from '../../core/token/index.ts'
import { decodeToken, encodeToken } from '../../core/token/index.ts'
import type { Random } from '../../ports/random.ts'
import type { Keyring } from './keyring.ts'
import { nonceLength, openText, sealText } from './keyring.ts'

const associated = (kind: TokenKind): Uint8Array => frame('nightlatch/token/v1', kind)

export function sealToken<K extends TokenKind>(
  keys: Keyring,
  random: Random,
  kind: K,
  payload: TokenPayloads[K],
): string {
  return sealText(keys, 'token', encodeToken(kind, payload), associated(kind), random(nonceLength))
}

/** Null for whatever is not a genuine token of this kind. Expiry and epoch are checked later, against the record. */
export function openToken<K extends TokenKind>(keys: Keyring, kind: K, text: unknown): TokenPayloads[K] | null {
  if (typeof text !== 'string' || text.length > limits.tokenLength) return null
  const bytes = openText(keys, 'token', text, associated(kind))
  return bytes === null ? null : decodeToken(kind, bytes)
}
