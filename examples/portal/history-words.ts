import type { FactFault, HistoryFault } from 'nightlatch'
import type { Fact, FailedAttempts, SecurityEvent } from 'nightlatch/events'
import { capitalize, count, factor, unsent } from './words.ts'

/** The texts of the history: sign-ins, events, facts, and what the check found. */

/** How somebody signed in. */
export function how(signIn: {
  readonly primary?: string
  readonly factor?: string | null
  readonly trusted?: boolean
}): string {
  if (signIn.primary === 'passkey') return 'passkey, without a password'
  if (signIn.trusted) return 'password, in a trusted browser'
  return signIn.factor ? `password and ${factor(signIn.factor)}` : 'password only'
}

const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\bFirefox\/(\d+)/, 'Firefox'],
  [/Chrom(?:e|ium)\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)\./, 'Safari'],
]
const systems: readonly (readonly [RegExp, string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux|X11/, 'Linux'],
]

/** A rough name of a browser. It is enough to recognize one's own. */
export function browser(userAgent: string | null | undefined): string {
  if (!userAgent) return 'Unknown browser'
  const name = browsers.find(([pattern]) => pattern.test(userAgent))
  const version = name?.[0].exec(userAgent)?.[1]
  const system = systems.find(([pattern]) => pattern.test(userAgent))?.[1]
  return [name ? `${name[1]} ${version}` : 'Unknown browser', system].filter(Boolean).join(' on ')
}

/** `2 wrong passwords, 1 wrong code from 127.0.0.1` */
export function failed({ passwords, codes, blocked, unfinished, addresses, moreAddresses }: FailedAttempts): string {
  const kinds = [
    passwords && count(passwords, 'wrong password'),
    codes && count(codes, 'wrong code'),
    blocked && count(blocked, 'blocked attempt'),
    unfinished && count(unfinished, 'unfinished sign-in'),
  ].filter(Boolean)
  if (kinds.length === 0) return ''
  const more = moreAddresses > 0 ? ` and ${moreAddresses} more` : ''
  return `${kinds.join(', ')}${addresses.length > 0 ? ` from ${addresses.join(', ')}${more}` : ''}`
}

const flows: Readonly<Record<string, string>> = {
  'sign-in': ' at sign-in',
  'step-up': ' before a change',
  'turn-off': ' when switching two-factor authentication off',
  resynchronize: ' when resynchronizing',
  primary: ' at the password',
  passkey: ' with a passkey',
  'passkey-registration': ' when adding a passkey',
  history: ' while the history was checked',
  recover: ' when recovering',
  sms: ' when requesting a code',
}
const during = (flow: string | undefined): string => flows[flow ?? ''] ?? ''
const named = (label: string | undefined): string => (label ? ` “${label}”` : '')

function failure(compared: readonly string[] = [], reason?: string): string {
  if (compared.includes('passkey')) return 'Passkey not accepted'
  return reason === 'used' ? 'Code used before' : 'Wrong code'
}

const trustEnds: Readonly<Record<string, string>> = {
  session: 'Trusted browser removed with its session',
  replayed: 'Trusted browser removed: an old copy of its cookie was used',
}

const eventWords: {
  readonly [T in SecurityEvent['type']]: (v: Extract<SecurityEvent, { type: T }>['values']) => string
} = {
  authn_login_success: (v) => {
    if (v.primary === 'passkey') return 'Signed in with a passkey alone'
    const second = v.factor ? ` and ${factor(v.factor)}` : ''
    return `Signed in with ${v.primary ?? 'password'}${second}${v.trusted ? ' in a trusted browser' : ''}`
  },
  mfa_challenge: () => 'Right password: a second factor was asked for',
  mfa_required: () => 'Right password: two-factor set-up was asked for',
  mfa_fail: (v) => failure(v.compared, v.reason) + during(v.flow),
  authn_login_lock: (v) => `Code entry locked after ${count(v.failures ?? 0, 'wrong code')}`,
  authn_login_fail_max: (v) =>
    v.unknownOnly
      ? `Stopped for unknown browsers after too many wrong codes: ${factor(v.factor)}`
      : `Switched off after too many wrong codes: ${factor(v.factor)}`,
  password_known: () => 'Somebody else seems to know the password',
  authn_password_change: (v) => (v.reset ? 'Password reset' : 'Password changed'),
  user_updated: (v) => `Mail address changed from ${v.before} to ${v.after}`,
  lockout_end: () => 'Code entry allowed again by a script',
  device_forget: () => 'A browser is no longer known after too many wrong codes',
  mfa_enroll_start: (v) => `Set-up of${named(v.label)} started`,
  mfa_enroll_fail: (v) => `${failure([v.factor ?? ''], v.reason)} during set-up`,
  mfa_enroll: (v) => `${capitalize(factor(v.factor))}${named(v.label)} added`,
  mfa_update: (v) =>
    v.change === 'rename'
      ? `${capitalize(factor(v.factor))} renamed to${named(v.label)}`
      : `${capitalize(factor(v.factor))}${named(v.label)} resynchronized`,
  mfa_remove: (v) => `${capitalize(factor(v.factor))}${named(v.label)} removed`,
  mfa_off: () => 'Two-factor authentication switched off',
  backup_code_use: (v) => `Backup code used, ${v.left} left`,
  backup_code_regenerate: (v) => `New set of ${v.count} backup codes`,
  stepup_success: (v) => `Confirmed with ${factor(v.factor)} before a change`,
  authn_login_refuse: () => 'Right password, refused: only passkeys open this account',
  mfa_recover: () => 'Backup code used to register a new passkey',
  sms_send: (v) => `Code sent to ${v.to}`,
  sms_verify: () => 'Code by SMS was right',
  passkey_counter: (v) => `Passkey counter went from ${v.stored} to ${v.given}: the passkey may have been copied`,
  passkey_only: (v) => (v.on ? 'Only passkeys open the account' : 'Other factors open the account again'),
  mfa_prefer: (v) => `Asked for first from now on: ${factor(v.factor)}`,
  device_trust: () => 'Browser trusted: no code at sign-in',
  device_trust_end: (v) => trustEnds[v.reason ?? ''] ?? 'Trusted browser removed',
  key_rotate: () => 'Stored data encrypted with a new key',
  session_end: (v) => (v.target ? 'Another session signed out' : 'Signed out'),
  session_end_all: (v) => `Signed out everywhere: ${count(v.ended ?? 0, 'session')} ended`,
}

const factWords: { readonly [T in Fact['type']]: (v: Extract<Fact, { type: T }>['values']) => string } = {
  authn_login_fail: () => 'Wrong password',
  excess_rate_limit_exceeded: (v) => `Too many attempts${during(v.flow)}: ${v.sampled ?? 1} refused`,
  sequence_fail: (v) => `An expired or used request was refused${during(v.flow)}`,
  crypt_decrypt_fail: () => 'Stored data could not be decrypted',
  limiter_fail: () => 'The rate limiter did not answer',
  record_suspect: ({ reason }) =>
    reason === 'ahead' ? 'The clock of a server is behind' : 'An older copy of the account was put back',
  sms_refuse: (v) => `No code was sent. ${unsent(v.reason ?? '')}`,
  message_failed: ({ reason }) =>
    reason === 'refused' ? 'An address or number was refused' : 'A message could not be sent yet',
  message_dead: () => 'A message could not be delivered',
}

export function event(row: SecurityEvent | Fact): string {
  const write = (row.stream === 'events' ? eventWords[row.type] : factWords[row.type]) as (values: unknown) => string
  return write(row.values)
}

/** What the check of the history found. */
export function fault(found: HistoryFault | FactFault): string {
  if ('fact' in found) return found.fault === 'added' ? 'A failed attempt is listed twice' : 'Changed: a failed attempt'
  switch (found.fault) {
    case 'removed':
      return found.from === found.to ? `Removed: event ${found.from}` : `Removed: events ${found.from} to ${found.to}`
    case 'reordered':
      return `Event ${found.was} was moved to ${found.n}`
    case 'added':
      return `Added from outside: event ${found.n}`
    case 'changed':
      return `Changed: event ${found.n}`
    case 'rolled-back':
      return `An older copy was put back: there were other events after or up to ${found.n}`
    case 'cannot-be-told':
      return `Some of the events ${found.from} to ${found.to} are not those that happened`
  }
}
