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
    /** The birth id of the record that made it, and the number of the commit. */
    readonly birth: string
    readonly commit: number
    readonly at: number
    readonly aal: Aal
    readonly amr: readonly Amr[]
  }
  /** A sign-in that waits for a factor. */
  readonly challenge: {
    readonly account: string
    readonly id: string
    readonly epoch: number
    readonly birth: string
    readonly commit: number
    /** Where it began: a network, or a known device. */
    readonly source: string
    readonly expiresAt: number
    readonly primary: HostPrimary
    readonly primaryAt: number
    /** The limiter's keys of what this sign-in gives back when it is completed. Empty: nothing was charged there. */
    readonly networkKey: string
    readonly nameKey: string
    /** How often the password had been changed. */
    readonly passwords: number
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
    /** How many answers for the same thing had been wrong when it was made. It is void after one more. */
    readonly round: number
    readonly epoch: number
    readonly expiresAt: number
    /** For a registration: the label of the passkey. */
    readonly label: string
    /** For a registration: 1 if confirming it removes every other method. */
    readonly switching: number
  }
  /** A device: a browser or app that completed a sign-in before. The account of the last sign-in comes first. */
  readonly device: {
    readonly accounts: readonly DeviceAccount[]
    readonly expiresAt: number
  }
}

/** What a device is to one of the accounts that it signed in to. */
export interface DeviceAccount {
  /** A hash, which does not show the id of the account. */
  readonly account: string
  /** The id of the device in the record of this account. Each account has its own. */
  readonly id: string
  readonly birth: string
  readonly commit: number
  /** The text by which the account trusts the device. Empty if it does not. */
  readonly trust: string
}

export type TokenKind = keyof TokenPayloads

/** The type of a field. `oneOf`: one of these values. `someOf`: a list of these words. `listOf`: a list of parts. */
type FieldShape =
  | 'text'
  | 'number'
  | { readonly oneOf: readonly unknown[] }
  | { readonly someOf: readonly string[] }
  | { readonly listOf: Shape }

type Shape = Readonly<Record<string, FieldShape>>

const levels: readonly Aal[] = [1, 2]

const shapes: { readonly [K in TokenKind]: { readonly [F in keyof TokenPayloads[K]]: FieldShape } } = {
  grant: {
    account: 'text',
    session: 'text',
    epoch: 'number',
    birth: 'text',
    commit: 'number',
    at: 'number',
    aal: { oneOf: levels },
    amr: { someOf: amrs },
  },
  challenge: {
    account: 'text',
    id: 'text',
    epoch: 'number',
    birth: 'text',
    commit: 'number',
    source: 'text',
    expiresAt: 'number',
    primary: { oneOf: primaries },
    primaryAt: 'number',
    networkKey: 'text',
    nameKey: 'text',
    passwords: 'number',
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
    round: 'number',
    epoch: 'number',
    expiresAt: 'number',
    label: 'text',
    switching: 'number',
  },
  device: {
    accounts: { listOf: { account: 'text', id: 'text', birth: 'text', commit: 'number', trust: 'text' } },
    expiresAt: 'number',
  },
}

/** Encodes a payload for sealing: JSON with exactly the fields of its kind, without their names. */
export function encodeToken<K extends TokenKind>(kind: K, payload: TokenPayloads[K]): Uint8Array {
  return utf8(JSON.stringify(valuesOf(shapes[kind], payload)))
}

function valuesOf(shape: Shape, fields: object): readonly unknown[] {
  return Object.entries(shape).map(([name, field]) => {
    const value = (fields as Record<string, unknown>)[name]
    if (typeof field !== 'object' || !('listOf' in field)) return value
    return (value as readonly object[]).map((part) => valuesOf(field.listOf, part))
  })
}

/** Null if the bytes are no payload of this kind. */
export function decodeToken<K extends TokenKind>(kind: K, bytes: Uint8Array): TokenPayloads[K] | null {
  try {
    return readFields(shapes[kind], JSON.parse(textOf(bytes))) as TokenPayloads[K] | null
  } catch {
    return null
  }
}

/** Null if there is no value of the right type for each field, or one too many. */
function readFields(shape: Shape, values: unknown): Readonly<Record<string, unknown>> | null {
  const fields = Object.entries(shape)
  if (!Array.isArray(values) || values.length !== fields.length) return null
  const read = fields.map(([name, field], index): readonly [string, unknown] => [name, readField(field, values[index])])
  return read.every(([, value]) => value !== undefined) ? Object.fromEntries(read) : null
}

/** Undefined if the value has another type. */
function readField(shape: FieldShape, value: unknown): unknown {
  if (shape === 'text') return typeof value === 'string' ? value : undefined
  if (shape === 'number') return typeof value === 'number' && Number.isFinite(value) ? value : undefined
  if ('oneOf' in shape) return shape.oneOf.includes(value) ? value : undefined
  if (!Array.isArray(value)) return undefined
  const items: readonly unknown[] = value
  if ('someOf' in shape) return items.every((item) => shape.someOf.includes(item as string)) ? items : undefined
  const parts = items.map((item) => readFields(shape.listOf, item))
  return parts.includes(null) ? undefined : parts
}
