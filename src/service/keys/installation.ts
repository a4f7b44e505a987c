import type { Keyring } from './keyring.ts'

/**
 * Who seals and who opens. Two installations may share a key ring by mistake, and account ids by habit. Because the
 * realm is bound into everything, what one made opens nothing at the other.
 */
export interface Installation {
  readonly realm: string
  readonly keys: Keyring
}
