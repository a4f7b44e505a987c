import { textOf, utf8 } from '../bytes.ts'

/**
 * Sealed tokens: plain strings outside, unforgeable by sealing. Each kind is sealed under its own associated data, so
 * that one can never pass for another. All times are ms since epoch.
 */
export interface TokenPayloads {
  /** The result of a completed sign-in, kept in the host's own session. */
  readonly grant: {
    readonly account: string
    readonly session: string
    readonly epoch: number
    readonly at: number
    readonly aal: number
    readonly amr: readonly string[]
  }
  /** A sign-in that waits for a factor. */
  readonly challenge: {
    readonly account: string
    readonly id: string
    readonly epoch: number
    readonly expiresAt: number
    readonly primary: string
    readonly primaryAt: number
  }
  /** A fresh step-up, bound to account, session and purpose. */
  readonly proof: {
    readonly account: string
    readonly id: string
    readonly session: string
    readonly epoch: number
    readonly expiresAt: number
    readonly purpose: string
    /** What was shown for it. */
    readonly factor: string
  }
  /** What an authenticator is asked to sign. `id` is the challenge: base64url of 32 random bytes [PKR-1]. */
  readonly ceremony: {
    /** Empty: whoever owns the credential. */
    readonly account: string
    readonly id: string
    readonly purpose: string
    /** The id of the challenge or of the session that it belongs to; empty for a sign-in by passkey alone. */
    readonly request: string
    readonly epoch: number
    readonly expiresAt: number
    /** For a registration: how the passkey will be called. */
    readonly label: string
    /** For a registration: 1 if confirming it drops every other method. */
    readonly switching: number
  }
  /**
   * A browser that completed a sign-in before. `accounts` are hashes of the accounts it signed in to, newest first, and
   * `trusts` what each of them trusts it by; empty for none.
   */
  readonly device: {
    readonly id: string
    readonly accounts: readonly string[]
    readonly expiresAt: number
    readonly trusts: readonly string[]
  }
}

export type TokenKind = keyof TokenPayloads

type Shape = Readonly<Record<string, 'text' | 'number' | 'texts'>>

const shapes: { readonly [K in TokenKind]: { readonly [F in keyof TokenPayloads[K]]: Shape[string] } } = {
  grant: { account: 'text', session: 'text', epoch: 'number', at: 'number', aal: 'number', amr: 'texts' },
  challenge: {
    account: 'text',
    id: 'text',
    epoch: 'number',
    expiresAt: 'number',
    primary: 'text',
    primaryAt: 'number',
  },
  proof: {
    account: 'text',
    id: 'text',
    session: 'text',
    epoch: 'number',
    expiresAt: 'number',
    purpose: 'text',
    factor: 'text',
  },
  ceremony: {
    account: 'text',
    id: 'text',
    purpose: 'text',
    request: 'text',
    epoch: 'number',
    expiresAt: 'number',
    label: 'text',
    switching: 'number',
  },
  device: { id: 'text', accounts: 'texts', expiresAt: 'number', trusts: 'texts' },
}

/** How many fields at the end of a kind came later: a token that was sealed before lacks them, and has none of them. */
const addedFields: { readonly [K in TokenKind]?: number } = { proof: 1, device: 1 }

/** The bytes that are sealed: JSON with the kind's own fields and no others. */
export function encodeToken<K extends TokenKind>(kind: K, payload: TokenPayloads[K]): Uint8Array {
  const fields = Object.keys(shapes[kind]) as (keyof TokenPayloads[K])[]
  return utf8(JSON.stringify(fields.map((name) => payload[name])))
}

/** Null when the bytes are not a payload of this kind. */
export function decodeToken<K extends TokenKind>(kind: K, bytes: Uint8Array): TokenPayloads[K] | null {
  const fields = Object.entries(shapes[kind] as Shape)
  let values: unknown
  try {
    values = JSON.parse(textOf(bytes))
  } catch {
    return null
  }
  const { length } = fields
  const least = length - (addedFields[kind] ?? 0)
  if (!Array.isArray(values) || values.length < least || values.length > length) return null
  const payload: Record<string, unknown> = {}
  for (const [index, [name, kindOfField]] of fields.entries()) {
    const value: unknown = index < values.length ? values[index] : kindOfField === 'texts' ? [] : ''
    if (!fits(value, kindOfField)) return null
    payload[name] = value
  }
  return payload as TokenPayloads[K]
}

function fits(value: unknown, kind: Shape[string]): boolean {
  if (kind === 'text') return typeof value === 'string'
  if (kind === 'number') return typeof value === 'number' && Number.isFinite(value)
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
