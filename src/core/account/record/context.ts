import type { Settings } from './settings.ts'

/** Who acts. A system actor is a script or job. The history names it with its reason. */
export type Actor =
  { readonly kind: 'user' } | { readonly kind: 'stranger' } | { readonly kind: 'system'; readonly reason: string }

/** What a use case knows beside the record and its command. */
export interface Context {
  /** ms since epoch. It may run backwards from one server to the next. */
  readonly now: number
  readonly settings: Settings
  readonly actor: Actor
  /** 32 bytes, drawn once per call: a retry makes the same secrets and ids again. */
  readonly entropy: Uint8Array
  /** An earlier attempt of this call claimed a unique key that belongs to another record. */
  readonly keyTaken: boolean
}

/** What a request tells of its sender. `deviceId` comes from a device token and is not yet looked up in the record. */
export interface Client {
  readonly ip: string | null
  readonly network: string | null
  readonly userAgent: string | null
  readonly deviceId: string | null
  /** The device token was given out for this account. A token of another account makes nobody known. */
  readonly deviceNamesAccount: boolean
  /** The text in the token that this account trusts the device by. */
  readonly deviceTrust: string | null
}
