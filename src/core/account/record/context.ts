import type { RecordMark } from '../../record/mark.ts'
import type { Settings } from './settings.ts'

/** Who acts. A system actor is a script or job. The history names it with its reason. */
export type Actor =
  { readonly kind: 'user' } | { readonly kind: 'stranger' } | { readonly kind: 'system'; readonly reason: string }

/** What a use case gets beside the record and its command. */
export interface Context {
  /** ms since epoch. It may run backwards from one server to the next. */
  readonly now: number
  readonly settings: Settings
  readonly actor: Actor
  /** 32 bytes, drawn once per call. So a retry makes the same secrets and ids again. */
  readonly entropy: Uint8Array
  /** An earlier attempt of this call claimed a unique key that belongs to another record. */
  readonly keyTaken: boolean
}

/**
 * What a request says about its sender. `deviceId` comes from a device token and is not yet looked up in the record.
 */
export interface Client {
  readonly ip: string | null
  readonly network: string | null
  readonly userAgent: string | null
  readonly deviceId: string | null
  /** The device token was given out for this account. With a token of another account the device is not known. */
  readonly deviceNamesAccount: boolean
  /** The record of this account that gave it out. Null if none did. */
  readonly deviceMark: RecordMark | null
  /** The text in the device token by which this account trusts the device. */
  readonly deviceTrust: string | null
}
