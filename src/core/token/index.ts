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
  }
  /** A browser that completed a sign-in before. `accounts` are hashes of the accounts it signed in to, newest first. */
  readonly device: { readonly id: string; readonly accounts: readonly string[]; readonly expiresAt: number }
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
  proof: { account: 'text', id: 'text', session: 'text', epoch: 'number', expiresAt: 'number', purpose: 'text' },
  device: { id: 'text', accounts: 'texts', expiresAt: 'number' },
}

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
  if (!Array.isArray(values) || values.length !== fields.length) return null
  const payload: Record<string, unknown> = {}
  for (const [index, [name, kindOfField]] of fields.entries()) {
    const value: unknown = values[index]
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
