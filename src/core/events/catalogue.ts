/**
 * All types of events and facts with their fields. Where the OWASP logging vocabulary has a name for a type, it is
 * used. The other names are the project's own (`mfa_…`, `backup_code_…`, `stepup_…`).
 */

import type { Amr, Factor, Primary } from '../factor.ts'
import type { CodePurpose, Flow, StepUpPurpose } from '../flow.ts'

/** Fields that any row may have. `ip` and `network` are two fields, so that a shortened row keeps its network. */
export interface SharedValues {
  readonly actor: 'user' | 'system' | 'stranger'
  /** Why a script or job acted. */
  readonly actorReason?: string
  /** The id of one call. All rows that the call wrote have it. */
  readonly call: string
  /** A reference to the session. It is a hash, never the session id. */
  readonly session?: string
  readonly ip?: string
  /** The address itself for IPv4, its /64 for IPv6. */
  readonly network?: string
  readonly userAgent?: string
}

/** The types of events. Commits write them. */
export interface EventValuesByType {
  /** A completed sign-in. `failures` counts the evaluated wrong codes since the sign-in before. */
  readonly authn_login_success: {
    readonly primary: Primary
    /** The challenge that it completed. The attempts under that challenge are counted with this sign-in. */
    readonly challenge?: string
    readonly factor?: Factor
    readonly authenticator?: string
    readonly aal: number
    readonly amr: readonly Amr[]
    readonly knownDevice: boolean
    readonly failures: number
    /** No factor was needed, because the device was trusted. */
    readonly trusted?: boolean
  }
  /** The primary authentication was right, and a factor is needed. */
  readonly mfa_challenge: {
    readonly primary: Primary
    readonly challenge: string
    readonly factors: readonly Factor[]
    readonly knownDevice: boolean
    /** Why no code was sent, if one was due. */
    readonly smsRefused?: string
  }
  /**
   * The primary authentication was right, but the sign-in was refused. The answer reads like that for a wrong password.
   */
  readonly authn_login_refuse: { readonly primary: Primary; readonly reason: string }
  /** A backup code opened a session that can only register a new passkey. */
  readonly mfa_recover: { readonly primary: Primary; readonly until: number }
  /** A code was put into the outbox. `to` is masked. */
  readonly sms_send: { readonly purpose: CodePurpose; readonly to: string; readonly country: string }
  readonly sms_verify: { readonly purpose: CodePurpose; readonly country: string }
  /**
   * The counter of a passkey did not grow, so the passkey may have been copied [PKA-10]. `authenticator` is a
   * reference.
   */
  readonly passkey_counter: {
    readonly authenticator: string
    readonly stored: number
    readonly given: number
    readonly refused: boolean
  }
  /** Passkey-only mode was switched on or off. */
  readonly passkey_only: { readonly on: boolean }
  readonly mfa_prefer: { readonly factor: Factor }
  /** A device became trusted. `device` is a reference. */
  readonly device_trust: { readonly device: string; readonly until: number }
  readonly device_trust_end: { readonly ended: number; readonly reason: string; readonly device?: string }
  /** The primary authentication was right, but policy requires an enrollment first. */
  readonly mfa_required: { readonly primary: Primary; readonly until: number }
  /** A code or a passkey was evaluated and refused. `compared` has the factors that it was compared with. */
  readonly mfa_fail: {
    readonly flow: Flow
    readonly challenge?: string
    readonly compared: readonly Factor[]
    readonly reason: string
    readonly knownDevice: boolean
    /** The passkey that was presented, as a reference (a hash). */
    readonly authenticator?: string
    /** ms since epoch */
    readonly waitUntil?: number
    /** The code had just been used from another device and another network. */
    readonly usedElsewhere?: boolean
  }
  readonly authn_login_lock: { readonly reason: string; readonly until: number; readonly failures: number }
  /**
   * A factor reached the hard limit of consecutive failures. It is off until it is enrolled anew. `unknownOnly`: it
   * reached the limit for unknown sources, and is off for these.
   */
  readonly authn_login_fail_max: { readonly factor: Factor; readonly unknownOnly?: boolean }
  /**
   * Wrong codes show that somebody else knows the password. `lock`: the lock fell. `luck`: the bucket of unknown
   * sources became empty.
   */
  readonly password_known: { readonly reason: 'lock' | 'luck' }
  readonly authn_password_change: { readonly reset: boolean; readonly endSessions: boolean }
  /** The host changed what it keeps of the account: `mail`, the address. Both values are masked. */
  readonly user_updated: { readonly attribute: string; readonly before: string; readonly after: string }
  /** A script let codes be tried again. */
  readonly lockout_end: Readonly<Record<never, never>>
  /** A device is no longer known. `device` is a reference. */
  readonly device_forget: { readonly device: string; readonly reason: string }
  readonly mfa_enroll_start: { readonly factor: Factor; readonly authenticator: string; readonly label: string }
  readonly mfa_enroll_fail: { readonly factor: Factor; readonly authenticator: string; readonly reason: string }
  readonly mfa_enroll: { readonly factor: Factor; readonly authenticator: string; readonly label: string }
  readonly mfa_update: {
    readonly factor: Factor
    readonly authenticator: string
    readonly change: string
    readonly label: string
  }
  readonly mfa_remove: { readonly factor: Factor; readonly authenticator: string; readonly label: string }
  readonly mfa_off: { readonly factors: readonly Factor[] }
  readonly backup_code_use: { readonly left: number }
  readonly backup_code_regenerate: { readonly count: number }
  readonly stepup_success: { readonly purpose: StepUpPurpose; readonly factor: Factor }
  /** The record was sealed again under the first key of the ring. */
  readonly key_rotate: Readonly<Record<never, never>>
  /** `target` is a reference (a hash) to the ended session. It is absent if the acting session ended. */
  readonly session_end: { readonly ended: number; readonly target?: string }
  /** `includingThis`: the acting session ended too. */
  readonly session_end_all: { readonly ended: number; readonly includingThis?: boolean }
}

/** The types of facts. A fact needs no commit. */
export interface FactValuesByType {
  /** The host reported failed primary authentications, `sampled` of them. `name` is a keyed hash of what was typed. */
  readonly authn_login_fail: { readonly name: string; readonly known: boolean; readonly sampled: number }
  /** An attempt under a lock, a wait or a full limiter. The row stands for `sampled` attempts. */
  readonly excess_rate_limit_exceeded: { readonly flow: Flow; readonly name?: string; readonly sampled: number }
  /** A token that was used, expired, made for another purpose, or of an older epoch. */
  readonly sequence_fail: { readonly flow: Flow; readonly reason: string }
  readonly limiter_fail: { readonly flow: Flow }
  /** `rolled-back`: a token is newer than the record. `ahead`: the record was written ahead of this server's clock. */
  readonly record_suspect: { readonly reason: 'rolled-back' | 'ahead' }
  /** A code was requested and not sent. */
  readonly sms_refuse: { readonly purpose: CodePurpose; readonly country: string; readonly reason: string }
  /** A stored value did not open or authenticate. `code` is that of the error. */
  readonly crypt_decrypt_fail: { readonly code: string }
  /**
   * A message could not be sent at its first try, or an address was refused for good (`refused`). Later tries leave no
   * row.
   */
  readonly message_failed: { readonly channel: string; readonly message: string; readonly reason: string }
  /** A message was given up. */
  readonly message_dead: { readonly channel: string; readonly message: string; readonly reason: string }
}

export type EventType = keyof EventValuesByType
export type FactType = keyof FactValuesByType
export type EventValues<T extends EventType> = EventValuesByType[T]
export type FactValues<T extends FactType> = FactValuesByType[T]

/** An event without number, salts and link. The service adds these and the shared values. */
export type DraftEvent = {
  [T in EventType]: { readonly type: T; readonly values: EventValuesByType[T] }
}[EventType]

export type DraftFact = {
  [T in FactType]: { readonly type: T; readonly values: FactValuesByType[T] }
}[FactType]

/** An event as it is read. A field that retention removed is absent. `type` tells the members apart. */
export type SecurityEvent = {
  [T in EventType]: {
    readonly stream: 'events'
    readonly type: T
    readonly n: number
    /** ms since epoch */
    readonly at: number
    readonly outcome: Outcome
    readonly level: Level
    readonly values: Partial<EventValuesByType[T] & SharedValues>
  }
}[EventType]

export type Fact = {
  [T in FactType]: {
    readonly stream: 'facts'
    readonly type: T
    readonly id: string
    /** ms since epoch */
    readonly at: number
    readonly outcome: Outcome
    readonly level: Level
    readonly values: Partial<FactValuesByType[T] & SharedValues>
  }
}[FactType]

export type Outcome = 'success' | 'failure' | 'info'
export type Level = 'info' | 'warn' | 'critical'

/** How a value is written as text. A list is a JSON array, a flag is `true` or `false`. */
export type FieldKind = 'text' | 'number' | 'flag' | 'list'

type KindOf<V> = V extends string
  ? 'text'
  : V extends number
    ? 'number'
    : V extends boolean
      ? 'flag'
      : V extends readonly string[]
        ? 'list'
        : never

type Kinds<V> = { readonly [K in keyof Required<V>]: KindOf<Required<V>[K]> }

export interface CatalogueEntry<V> {
  readonly outcome: Outcome
  readonly level: Level
  readonly fields: Kinds<V>
}

export const sharedFields: Kinds<SharedValues> = {
  actor: 'text',
  actorReason: 'text',
  call: 'text',
  session: 'text',
  ip: 'text',
  network: 'text',
  userAgent: 'text',
}

const enrollment = { factor: 'text', authenticator: 'text', label: 'text' } as const

export const eventCatalogue: { readonly [T in EventType]: CatalogueEntry<EventValuesByType[T]> } = {
  authn_login_success: {
    outcome: 'success',
    level: 'info',
    fields: {
      primary: 'text',
      challenge: 'text',
      factor: 'text',
      authenticator: 'text',
      aal: 'number',
      amr: 'list',
      knownDevice: 'flag',
      failures: 'number',
      trusted: 'flag',
    },
  },
  mfa_challenge: {
    outcome: 'info',
    level: 'info',
    fields: { primary: 'text', challenge: 'text', factors: 'list', knownDevice: 'flag', smsRefused: 'text' },
  },
  authn_login_refuse: { outcome: 'failure', level: 'warn', fields: { primary: 'text', reason: 'text' } },
  mfa_recover: { outcome: 'success', level: 'critical', fields: { primary: 'text', until: 'number' } },
  sms_send: { outcome: 'info', level: 'info', fields: { purpose: 'text', to: 'text', country: 'text' } },
  sms_verify: { outcome: 'success', level: 'info', fields: { purpose: 'text', country: 'text' } },
  passkey_counter: {
    outcome: 'failure',
    level: 'critical',
    fields: { authenticator: 'text', stored: 'number', given: 'number', refused: 'flag' },
  },
  passkey_only: { outcome: 'success', level: 'critical', fields: { on: 'flag' } },
  mfa_prefer: { outcome: 'success', level: 'info', fields: { factor: 'text' } },
  device_trust: { outcome: 'success', level: 'warn', fields: { device: 'text', until: 'number' } },
  device_trust_end: {
    outcome: 'success',
    level: 'warn',
    fields: { ended: 'number', reason: 'text', device: 'text' },
  },
  mfa_required: { outcome: 'info', level: 'info', fields: { primary: 'text', until: 'number' } },
  mfa_fail: {
    outcome: 'failure',
    level: 'warn',
    fields: {
      flow: 'text',
      challenge: 'text',
      compared: 'list',
      reason: 'text',
      knownDevice: 'flag',
      authenticator: 'text',
      waitUntil: 'number',
      usedElsewhere: 'flag',
    },
  },
  authn_login_lock: {
    outcome: 'failure',
    level: 'critical',
    fields: { reason: 'text', until: 'number', failures: 'number' },
  },
  authn_login_fail_max: { outcome: 'failure', level: 'critical', fields: { factor: 'text', unknownOnly: 'flag' } },
  password_known: { outcome: 'failure', level: 'critical', fields: { reason: 'text' } },
  authn_password_change: { outcome: 'success', level: 'warn', fields: { reset: 'flag', endSessions: 'flag' } },
  user_updated: { outcome: 'success', level: 'critical', fields: { attribute: 'text', before: 'text', after: 'text' } },
  lockout_end: { outcome: 'success', level: 'warn', fields: {} },
  device_forget: { outcome: 'failure', level: 'critical', fields: { device: 'text', reason: 'text' } },
  mfa_enroll_start: { outcome: 'info', level: 'info', fields: enrollment },
  mfa_enroll_fail: {
    outcome: 'failure',
    level: 'warn',
    fields: { factor: 'text', authenticator: 'text', reason: 'text' },
  },
  mfa_enroll: { outcome: 'success', level: 'warn', fields: enrollment },
  mfa_update: { outcome: 'success', level: 'warn', fields: { ...enrollment, change: 'text' } },
  mfa_remove: { outcome: 'success', level: 'warn', fields: enrollment },
  mfa_off: { outcome: 'success', level: 'critical', fields: { factors: 'list' } },
  backup_code_use: { outcome: 'success', level: 'warn', fields: { left: 'number' } },
  backup_code_regenerate: { outcome: 'success', level: 'warn', fields: { count: 'number' } },
  stepup_success: { outcome: 'success', level: 'info', fields: { purpose: 'text', factor: 'text' } },
  key_rotate: { outcome: 'success', level: 'info', fields: {} },
  session_end: { outcome: 'success', level: 'info', fields: { ended: 'number', target: 'text' } },
  session_end_all: { outcome: 'success', level: 'warn', fields: { ended: 'number', includingThis: 'flag' } },
}

export const factCatalogue: { readonly [T in FactType]: CatalogueEntry<FactValuesByType[T]> } = {
  authn_login_fail: { outcome: 'failure', level: 'info', fields: { name: 'text', known: 'flag', sampled: 'number' } },
  excess_rate_limit_exceeded: {
    outcome: 'failure',
    level: 'warn',
    fields: { flow: 'text', name: 'text', sampled: 'number' },
  },
  sequence_fail: { outcome: 'failure', level: 'warn', fields: { flow: 'text', reason: 'text' } },
  crypt_decrypt_fail: { outcome: 'failure', level: 'critical', fields: { code: 'text' } },
  limiter_fail: { outcome: 'failure', level: 'critical', fields: { flow: 'text' } },
  record_suspect: { outcome: 'failure', level: 'critical', fields: { reason: 'text' } },
  sms_refuse: { outcome: 'failure', level: 'warn', fields: { purpose: 'text', country: 'text', reason: 'text' } },
  message_failed: { outcome: 'failure', level: 'warn', fields: { channel: 'text', message: 'text', reason: 'text' } },
  message_dead: { outcome: 'failure', level: 'critical', fields: { channel: 'text', message: 'text', reason: 'text' } },
}
