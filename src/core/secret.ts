/**
 * A secret as it is stored. It is opened only when a step needs it. The seal is bound to the record, the field and the
 * purpose [CRY-3].
 */
export interface Sealed {
  readonly alg: 'xchacha20-poly1305'
  readonly keyId: string
  /** base64url */
  readonly nonce: string
  /** base64url */
  readonly ciphertext: string
}

/** A new secret. The service seals it before the commit. */
export interface Unsealed {
  readonly seal: Uint8Array
}

export type Secret = Sealed | Unsealed

export function isUnsealed(value: unknown): value is Unsealed {
  return typeof value === 'object' && value !== null && (value as { seal?: unknown }).seal instanceof Uint8Array
}

export function isSealed(value: unknown): value is Sealed {
  return (
    typeof value === 'object' && value !== null && typeof (value as { ciphertext?: unknown }).ciphertext === 'string'
  )
}

/**
 * A JSON-like value with every secret replaced. Parts without a changed secret are not copied. `path` is the place of a
 * secret: field names, and the ids of list items (`state/totp/authenticators/<id>/secret`). So a list in another order
 * keeps its paths. What is also part of `settled`, in the same field or list, is not looked at.
 */
export function mapSecrets<T>(
  value: T,
  replace: (secret: Secret, path: string) => Sealed,
  { path = '', settled }: { readonly path?: string; readonly settled?: unknown } = {},
): T {
  if (typeof value !== 'object' || value === null || value === settled) return value
  if (isUnsealed(value) || isSealed(value)) return replace(value, path) as T
  const isList = Array.isArray(value)
  const settledItems = isList && Array.isArray(settled) ? new Set(settled) : null
  const before = value as Record<string, unknown>
  let copy: Record<string, unknown> | null = null
  for (const name of Object.keys(before)) {
    const item = before[name]
    if (typeof item !== 'object' || item === null || settledItems?.has(item) === true) continue
    const step = isList ? placeOf(item, name) : name
    const inner = { path: path === '' ? step : `${path}/${step}`, settled: isList ? undefined : fieldOf(settled, name) }
    const after = mapSecrets(item, replace, inner)
    if (after === item) continue
    copy ??= (isList ? [...(value as unknown[])] : { ...before }) as Record<string, unknown>
    copy[name] = after
  }
  return (copy ?? value) as T
}

function fieldOf(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? (holder as Record<string, unknown>)[name] : undefined
}

function placeOf(item: object, index: string): string {
  const { id } = item as { readonly id?: unknown }
  return typeof id === 'string' ? id : index
}

/** Every secret in a JSON-like value. */
export function secretsOf(value: unknown): readonly Secret[] {
  if (typeof value !== 'object' || value === null) return []
  return isUnsealed(value) || isSealed(value) ? [value] : Object.values(value).flatMap((item) => secretsOf(item))
}
