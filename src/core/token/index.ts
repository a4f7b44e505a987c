import { textOf, utf8 } from '../bytes.ts'
import type { Aal, Amr, Factor, HostPrimary } from '../factor.ts'
import { amrs, factors, primaries } from '../factor.ts'
import type { CeremonyPurpose, StepUpPurpose } from '../flow.ts'
import { ceremonyPurposes, stepUpPurposes } from '../flow.ts'

/**
 * The contents of sealed tokens. Outside, a token is a plain string that nobody can forge. Each kind has its own
 * associated data, so that no kind passes for another. All times are ms since epoch.
 */
export interface TokenPayloads {
  /** The result of a completed sign-in, kept in the host's own session. */
  readonly grant: {
    readonly account: string
    readonly session: string
    readonly epoch: number
    readonly at: number
    readonly aal: Aal
    readonly amr: readonly Amr[]
  }
  /** A sign-in that waits for a factor. */
  readonly challenge: {
    readonly account: string
    readonly id: string
    readonly epoch: number
    readonly expiresAt: number
    readonly primary: HostPrimary
    readonly primaryAt: number
    /** The limiter's keys of what this sign-in gives back when it is completed. Empty: nothing was charged there. */
    readonly networkKey: string
    readonly nameKey: string
  }
  /** A fresh step-up, bound to account, session and purpose. */
  readonly proof: {
    readonly account: string
    readonly id: string
    readonly session: string
    readonly epoch: number
    readonly expiresAt: number
    readonly purpose: StepUpPurpose
    /** The factor that was shown for it. */
    readonly factor: Factor
  }
  /** A ceremony. `id` is the challenge that the authenticator signs: base64url of 32 random bytes [PKR-1]. */
  readonly ceremony: {
    /** Empty if the passkey itself tells the account. */
    readonly account: string
    readonly id: string
    readonly purpose: CeremonyPurpose
    /** The id of the challenge or session that it belongs to. Empty for a sign-in by passkey alone. */
    readonly request: string
    readonly epoch: number
    readonly expiresAt: number
    /** For a registration: the label of the passkey. */
    readonly label: string
    /** For a registration: 1 if confirming it removes every other method. */
    readonly switching: number
  }
  /**
   * A device: a browser or app that completed a sign-in before. `accounts` has hashes of the accounts it signed in to,
   * the newest first. `trusts` has, for each of them, the text by which the account trusts the device. An empty text
   * means that it does not.
   */
  readonly device: {
    readonly id: string
    readonly accounts: readonly string[]
    readonly expiresAt: number
    readonly trusts: readonly string[]
  }
}

export type TokenKind = keyof TokenPayloads

/** The type of a field. `oneOf`: one of these values. `someOf`: a list of these words. */
type FieldShape =
  'text' | 'number' | 'texts' | { readonly oneOf: readonly unknown[] } | { readonly someOf: readonly string[] }

const levels: readonly Aal[] = [1, 2]

const shapes: { readonly [K in TokenKind]: { readonly [F in keyof TokenPayloads[K]]: FieldShape } } = {
  grant: {
    account: 'text',
    session: 'text',
    epoch: 'number',
    at: 'number',
    aal: { oneOf: levels },
    amr: { someOf: amrs },
  },
  challenge: {
    account: 'text',
    id: 'text',
    epoch: 'number',
    expiresAt: 'number',
    primary: { oneOf: primaries },
    primaryAt: 'number',
    networkKey: 'text',
    nameKey: 'text',
  },
  proof: {
    account: 'text',
    id: 'text',
    session: 'text',
    epoch: 'number',
    expiresAt: 'number',
    purpose: { oneOf: stepUpPurposes },
    factor: { oneOf: factors },
  },
  ceremony: {
    account: 'text',
    id: 'text',
    purpose: { oneOf: ceremonyPurposes },
    request: 'text',
    epoch: 'number',
    expiresAt: 'number',
    label: 'text',
    switching: 'number',
  },
  device: { id: 'text', accounts: 'texts', expiresAt: 'number', trusts: 'texts' },
}

/** Encodes a payload for sealing: JSON with exactly the fields of its kind. */
export function encodeToken<K extends TokenKind>(kind: K, payload: TokenPayloads[K]): Uint8Array {
  const fields = Object.keys(shapes[kind]) as (keyof TokenPayloads[K])[]
  return utf8(JSON.stringify(fields.map((name) => payload[name])))
}

/** Null if the bytes are no payload of this kind. */
export function decodeToken<K extends TokenKind>(kind: K, bytes: Uint8Array): TokenPayloads[K] | null {
  const fields: readonly (readonly [string, FieldShape])[] = Object.entries(shapes[kind])
  let values: unknown
  try {
    values = JSON.parse(textOf(bytes))
  } catch {
    return null
  }
  if (!Array.isArray(values) || values.length !== fields.length) return null
  const payload: Record<string, unknown> = {}
  for (const [index, [name, shape]] of fields.entries()) {
    const value: unknown = values[index]
    if (!fits(value, shape)) return null
    payload[name] = value
  }
  return payload as TokenPayloads[K]
}

function fits(value: unknown, shape: FieldShape): boolean {
  if (shape === 'text') return typeof value === 'string'
  if (shape === 'number') return typeof value === 'number' && Number.isFinite(value)
  if (shape === 'texts') return Array.isArray(value) && value.every((item) => typeof item === 'string')
  if ('oneOf' in shape) return shape.oneOf.includes(value)
  return Array.isArray(value) && value.every((item) => shape.someOf.includes(item))
}
