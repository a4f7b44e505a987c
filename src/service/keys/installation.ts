import type { Keyring } from './keyring.ts'

/**
 * Who seals and who opens. Two installations may share a key ring and account ids by mistake. The realm is bound into
 * everything, so a token of one opens nothing at the other.
 */
export interface Installation {
  readonly realm: string
  readonly keys: Keyring
}
