import type { SlowHashParams } from '../core/backup-codes/hash.ts'

export interface ScryptRequest {
  readonly password: Uint8Array
  readonly salt: Uint8Array
  readonly params: SlowHashParams
}

/** One way to compute scrypt (RFC 7914). */
export type Scrypt = (request: ScryptRequest) => Promise<Uint8Array>

/** The part of Node's crypto module that is used here. Deno, Bun and workers have the same. */
interface PlatformCrypto {
  scrypt(
    password: Uint8Array,
    salt: Uint8Array,
    length: number,
    options: { readonly N: number; readonly r: number; readonly p: number; readonly maxmem: number },
    done: (error: Error | null, key: Uint8Array) => void,
  ): void
}

interface PlatformGlobal {
  readonly process?: { getBuiltinModule?(id: string): Partial<PlatformCrypto> | undefined }
}

/** Bytes of memory that one computation takes. Node refuses more than its `maxmem`. */
export function scryptMemory({ N, r, p }: SlowHashParams): number {
  return 128 * r * (N + p + 2)
}

/**
 * The platform's own scrypt, which runs off the event loop; `null` where there is none. The module is looked up by name
 * at run time, so that a bundle for a browser neither contains nor needs it.
 */
export function nativeScrypt(): Scrypt | null {
  const platform = (globalThis as PlatformGlobal).process?.getBuiltinModule?.('node:crypto')
  if (typeof platform?.scrypt !== 'function') return null
  const { scrypt } = platform
  return ({ password, salt, params }) =>
    new Promise((resolve, reject) => {
      const { N, r, p, length } = params
      scrypt(password, salt, length, { N, r, p, maxmem: scryptMemory(params) }, (error, key) => {
        if (error) reject(error)
        else resolve(new Uint8Array(key))
      })
    })
}

/** Loaded on first use. Computed in slices, so that the event loop can do other work between them. */
export const portableScrypt: Scrypt = async ({ password, salt, params }) => {
  const { scryptAsync } = await import('@noble/hashes/scrypt.js')
  const { N, r, p, length } = params
  return scryptAsync(password, salt, { N, r, p, dkLen: length, maxmem: scryptMemory(params) })
}
