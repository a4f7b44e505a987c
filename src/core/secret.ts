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
 * Copies a JSON-like value and replaces every secret. `path` is the place of a secret: field names, and the ids of list
 * items (`state/totp/authenticators/<id>/secret`). So a list in another order keeps its paths.
 */
export function mapSecrets<T>(value: T, replace: (secret: Secret, path: string) => Sealed, path = ''): T {
  if (typeof value !== 'object' || value === null) return value
  if (isUnsealed(value) || isSealed(value)) return replace(value, path) as T
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => {
      const id = (item as { id?: unknown } | null)?.id
      return mapSecrets(item, replace, `${path}/${typeof id === 'string' ? id : index}`)
    }) as T
  }
  const copy: Record<string, unknown> = {}
  for (const [name, item] of Object.entries(value)) {
    copy[name] = mapSecrets(item, replace, path === '' ? name : `${path}/${name}`)
  }
  return copy as T
}

/** Every secret in a JSON-like value. */
export function secretsOf(value: unknown): readonly Secret[] {
  if (typeof value !== 'object' || value === null) return []
  return isUnsealed(value) || isSealed(value) ? [value] : Object.values(value).flatMap((item) => secretsOf(item))
}
