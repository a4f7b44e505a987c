import type { DraftEvent, DraftFact } from '../../events/catalogue.ts'
import type { MailTemplate } from '../../mail/index.ts'
import type { SmsPurpose } from '../../sms/index.ts'
import type { TaskResult, Task } from './tasks.ts'
import type { Settings } from './settings.ts'
import type { AccountState } from './state.ts'

/** Who acts. A system actor is a script or job, named in the history with its reason. */
export type Actor =
  { readonly kind: 'user' } | { readonly kind: 'stranger' } | { readonly kind: 'system'; readonly reason: string }

export interface Context {
  /** ms since epoch; may run backwards between servers */
  readonly now: number
  readonly settings: Settings
  readonly actor: Actor
  /** 32 bytes, drawn once per call: a retry makes the same secrets and ids again. */
  readonly entropy: Uint8Array
  /** A unique key that an earlier attempt of this call claimed belongs to another record. */
  readonly keyTaken: boolean
}

/** What a request tells of its sender. `deviceId` is opened from a device token, not yet looked up in the record. */
export interface Client {
  readonly ip: string | null
  readonly network: string | null
  readonly userAgent: string | null
  readonly deviceId: string | null
  /** Whether that token is from a sign-in to this account: one from before makes nobody known, whatever id it bears. */
  readonly deviceNamesAccount: boolean
  /** What the token carries to be trusted by the account. */
  readonly deviceTrust: string | null
}

/** `expiresAt`, ms since epoch: not sent after. */
export type DraftMessage =
  /** To all verified addresses of the account, as the host names them when it is sent. */
  | { readonly channel: 'mail'; readonly template: MailTemplate; readonly expiresAt: number }
  | { readonly channel: 'sms'; readonly sms: SmsOrder; readonly expiresAt: number }

/** A code by SMS: its recipient is frozen in the commit. */
export interface SmsOrder {
  /** E.164 */
  readonly to: string
  readonly purpose: SmsPurpose
  readonly code: string
  readonly minutes: number
}

/** `done` ends the call without a write; its facts are appended. */
export type Plan<R> =
  | { readonly step: 'done'; readonly result: R; readonly facts: readonly DraftFact[] }
  | { readonly step: 'need'; readonly tasks: readonly Task[] }
  | { readonly step: 'ready' }

export interface Decision<R, S = AccountState> {
  readonly state: S
  readonly events: readonly DraftEvent[]
  readonly messages: readonly DraftMessage[]
  readonly keys: { readonly claim: readonly string[]; readonly release: readonly string[] }
  readonly result: R
}

/**
 * A use case as two pure, synchronous, total functions. `plan` is asked again after each round of proofs; `decide` is
 * called only when it answered `ready` for the very same arguments.
 */
export interface UseCase<C, R, S = AccountState> {
  plan(state: S, command: C, context: Context, evidence: readonly TaskResult[]): Plan<R>
  decide(state: S, command: C, context: Context, evidence: readonly TaskResult[]): Decision<R, S>
}

export const ready: { readonly step: 'ready' } = { step: 'ready' }

export function done<R>(result: R, facts: readonly DraftFact[] = []): Plan<R> {
  return { step: 'done', result, facts }
}

export function decided<R>(
  state: AccountState,
  result: R,
  written: {
    readonly events?: readonly DraftEvent[]
    readonly messages?: readonly DraftMessage[]
    readonly keys?: { readonly claim?: readonly string[]; readonly release?: readonly string[] }
  } = {},
): Decision<R> {
  return {
    state,
    result,
    events: written.events ?? [],
    messages: written.messages ?? [],
    keys: { claim: written.keys?.claim ?? [], release: written.keys?.release ?? [] },
  }
}
