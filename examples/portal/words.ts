import type { ChainFault, Factor, Method, PasskeyView } from 'nightlatch'
import type { SecurityEvent, Fact, FailedAttempts } from 'nightlatch/events'

/** What the pages say of what nightlatch answers. */

const dateTime = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })
const dateOnly = new Intl.DateTimeFormat('en', { dateStyle: 'long' })
const shortTime = new Intl.DateTimeFormat('en', { timeStyle: 'short' })
const clockTime = new Intl.DateTimeFormat('en', { timeStyle: 'medium' })

export const when = (at: number): string => dateTime.format(at)
export const day = (at: number): string => dateOnly.format(at)
export const clock = (at: number): string => clockTime.format(at)
/** A time of day, with its date where that is another than `since`. */
export const until = (at: number, since: number): string => (day(at) === day(since) ? shortTime.format(at) : when(at))
export const iso = (at: number): string => new Date(at).toISOString()

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

const refusals: Readonly<Record<string, string>> = {
  'wrong-credentials': 'E-mail address or password is wrong.',
  'too-many-attempts': 'Too many attempts. Wait a little before the next one.',
  'challenge-ended': 'This sign-in took too long or was used already. Please log in again.',
  'too-many-tries': 'Too many wrong codes. Please start again.',
  'unknown-passkey': 'This account does not have that passkey any more. Log in another way.',
  'user-verification':
    'The passkey did not check that it is you. Unlock it with a finger, your face or a PIN, or use your password.',
  'wrong-passkey': 'That passkey was not accepted. Please try again.',
  'ceremony-ended': 'The browser took too long. Please try again.',
  'factors-off': 'Codes are switched off after too many wrong ones. Another factor, or our support, lets you in.',
  'no-enrollment':
    'This set-up is over: it was finished, replaced or took too long. If you missed your backup codes, make a new set.',
  'not-found': 'That is not there any more.',
  'not-on': 'Two-factor authentication is not on.',
  'required-by-policy': 'Two-factor authentication is required here: the last device stays.',
  'passkey-only': 'Only passkeys open this account: change that first.',
  'needs-recovery':
    'For this you need a second passkey, or one that is synced beside a set of backup codes of which none was used.',
  unchanged: 'It is like that already.',
  'not-allowed': 'This site does not offer that.',
  'already-registered': 'That passkey is registered already.',
  'too-many-passkeys': 'There are as many passkeys as there can be. Remove one first.',
  'no-passkey': 'This account has no passkey.',
  'no-number': 'No number of this account can be sent a code.',
  'too-many-authenticators': 'There are as many devices as there can be. Remove one first.',
  wrong: 'That code is not right.',
  wait: 'Too many wrong codes: there is a short wait now.',
  expired: 'That code is too old, or was used already. Send a new one.',
  malformed: 'That does not look like a code: six digits, or a backup code.',
  busy: 'Too much is going on at once. Please try again.',
}

export const refusal = (reason: string): string => refusals[reason] ?? 'That did not work. Please try again.'

const unsentReasons: Readonly<Record<string, string>> = {
  cooldown: 'One was sent just now: wait a little before the next.',
  hourly: 'There were too many within an hour.',
  daily: 'There were too many within a day. Use another way until tomorrow.',
  limited: 'Too many are asked for at the moment. Use another way, or try later.',
  denied: 'This number cannot be sent codes. Use another way.',
  country: 'Numbers of that country are not sent codes here.',
  wait: 'After too many wrong codes there is a short wait.',
}

const numberFaults: Readonly<Record<string, string>> = {
  malformed: 'That does not look like a telephone number.',
  impossible: 'No country has numbers like that one. Is a digit missing?',
}

export const isAboutNumber = (reason: string): boolean => reason in numberFaults
export const isAboutSending = (reason: string): boolean => reason in unsentReasons
/** Why no code by SMS is on its way. */
export const unsent = (reason: string): string => unsentReasons[reason] ?? refusal(reason)
export const sending = (reason: string): string => numberFaults[reason] ?? unsent(reason)

export const doing: Readonly<Record<string, string>> = {
  '/security/totp': 'add an authenticator app',
  '/security/passkeys': 'add a passkey',
  '/security/passkeys/remove': 'remove a passkey',
  '/security/passkeys/only': 'let only passkeys open the account',
  '/security/passkeys/not-only': 'let the password open the account again',
  '/security/phone': 'set the phone number',
  '/security/phone/remove': 'remove the phone number',
  '/security/devices/remove': 'remove a device',
  '/security/devices/resynchronize': 'resynchronize a device',
  '/security/backup-codes': 'make new backup codes',
  '/security/backup-codes/remove': 'switch the backup codes off',
}

interface MethodWords {
  /** At the start of a line, and in a sentence. */
  readonly name: string
  readonly asked: string
  readonly setUp: string
  readonly why: string
  readonly href: string
  readonly icon: string
  readonly mark?: { readonly text: string; readonly tone: 'on' | 'low' }
}

/** The safest first. */
export const methods: Readonly<Record<Method, MethodWords>> = {
  passkey: {
    name: 'Passkey',
    asked: 'a passkey',
    setUp: 'Add a passkey',
    why: 'A finger, your face or a PIN on your own device. No other site can trick it out of you.',
    href: '/security/passkeys/new',
    icon: 'passkey',
    mark: { text: 'Safest', tone: 'on' },
  },
  totp: {
    name: 'Authenticator app',
    asked: 'a code from an authenticator app',
    setUp: 'Set up an authenticator app',
    why: 'A new code every 30 seconds, without any network.',
    href: '/security/totp',
    icon: 'app',
  },
  sms: {
    name: 'Code by SMS',
    asked: 'a code by SMS',
    setUp: 'Add a phone number',
    why: 'A code in a message. A number can be taken over, so this is better than nothing, and no more.',
    href: '/security/phone',
    icon: 'phone',
    mark: { text: 'Weakest', tone: 'low' },
  },
}

interface AdviceWords {
  readonly title: string
  readonly why: string
  /** Where there is one already. */
  readonly more: string
  readonly whyMore: string
  readonly href: string
}

export const advice: Readonly<Record<string, AdviceWords>> = {
  'add-passkey': {
    title: 'Add a passkey',
    why: 'Nobody can talk it out of you.',
    more: 'Add another passkey',
    whyMore: 'It stands in when what you have is lost.',
    href: '/security/passkeys/new',
  },
  'add-totp-authenticator': {
    title: 'Add an authenticator app',
    why: 'A stolen password alone is worth nothing then.',
    more: 'Add another authenticator app',
    whyMore: 'It stands in when what you have is lost.',
    href: '/security/totp',
  },
  'renew-backup-codes': {
    title: 'Make new backup codes',
    why: 'They let you in without your phone.',
    more: 'Make new backup codes',
    whyMore: 'They let you in without your phone.',
    href: '#backup-codes',
  },
}

/** Where a passkey lives, as far as its browser told. */
export function passkeyKind({ synced, transports }: PasskeyView): { readonly icon: string; readonly text: string } {
  if (synced) return { icon: 'cloud', text: 'Synced between devices' }
  const isStick = transports.some((transport) => transport === 'usb' || transport === 'nfc' || transport === 'ble')
  if (isStick) return { icon: 'stick', text: 'Security key' }
  return transports.includes('internal')
    ? { icon: 'computer', text: 'On one device' }
    : { icon: 'passkey', text: 'Passkey' }
}

export const risks: Readonly<Record<string, string>> = {
  'no-factor': 'Whoever learns your password is in.',
  'sms-only': 'A telephone number can be taken over: add something safer.',
  'no-recovery': 'If you lose your device, there is no way back in.',
  'backup-codes-low': 'Only a few backup codes are left.',
}

export const parts: Readonly<Record<string, string>> = {
  factor: 'Second factor',
  second: 'A second device',
  recovery: 'Backup codes',
  password: 'Password',
  'login-alerts': 'Login alerts',
  'ip-rules': 'Address rules',
  'anti-phishing-code': 'Anti-phishing code',
}

export const levels: Readonly<Record<string, string>> = { low: 'Low', fair: 'Fair', good: 'Good', strong: 'Strong' }

const factors: Readonly<Record<string, string>> = {
  totp: 'authenticator app',
  sms: 'code by SMS',
  passkey: 'passkey',
  'backup-code': 'backup code',
}
export const factor = (name: string | null | undefined): string => (name ? (factors[name] ?? name) : 'password only')

/** Where a code may be from. */
export function hint(has: readonly Factor[]): string {
  const sources = [has.includes('totp') && 'from your app', has.includes('sms') && 'from the message'].filter(Boolean)
  const again = has.includes('totp') ? ' A code that you used already is not taken again: wait for the next.' : ''
  return `${capital([...sources, 'or a backup code'].join(', '))}.${again}`
}

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

/** A rough name for a browser: enough to recognize one's own. */
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
    blocked && `${blocked} turned away`,
    unfinished && `${unfinished} given up at the code`,
  ].filter(Boolean)
  if (kinds.length === 0) return ''
  const more = moreAddresses > 0 ? ` and ${moreAddresses} more` : ''
  return `${kinds.join(', ')}${addresses.length > 0 ? ` from ${addresses.join(', ')}${more}` : ''}`
}

const doors: Readonly<Record<string, string>> = {
  'sign-in': 'at sign-in',
  'step-up': 'before a change',
  'turn-off': 'when switching 2FA off',
  resynchronize: 'when resynchronizing',
  primary: 'at the password',
  passkey: 'with a passkey',
  recover: 'when recovering',
  sms: 'when a code was to be sent',
}
const door = (name: string | undefined): string => doors[name ?? ''] ?? ''

const eventWords: {
  readonly [T in SecurityEvent['type']]: (v: Extract<SecurityEvent, { type: T }>['values']) => string
} = {
  authn_login_success: (v) => {
    if (v.primary === 'passkey') return 'Signed in with a passkey alone'
    const second = v.factor ? ` and ${factor(v.factor)}` : ''
    return `Signed in with ${v.primary ?? 'password'}${second}${v.trusted ? ' in a trusted browser' : ''}`
  },
  mfa_challenge: () => 'Right password: a code was asked for',
  mfa_required: () => 'Right password: two-factor set-up was asked for',
  mfa_fail: (v) => `${v.reason === 'replayed' ? 'Code used before' : 'Wrong code'} ${door(v.flow)}`,
  authn_login_lock: (v) => `Code entry locked after ${count(v.failures ?? 0, 'wrong code')}`,
  authn_login_fail_max: (v) => `Switched off after too many wrong codes: ${factor(v.factor)}`,
  mfa_enroll_start: (v) => `Set-up of “${v.label}” begun`,
  mfa_enroll_fail: (v) => `Wrong code during set-up${v.reason ? ` (${v.reason})` : ''}`,
  mfa_enroll: (v) => `${capital(factor(v.factor))} “${v.label}” added`,
  mfa_update: (v) => (v.change === 'rename' ? `Device renamed to “${v.label}”` : `Device “${v.label}” resynchronized`),
  mfa_remove: (v) => `${capital(factor(v.factor))}${v.label ? ` “${v.label}”` : ''} removed`,
  mfa_off: () => 'Two-factor authentication switched off',
  backup_code_use: (v) => `Backup code used, ${v.left} left`,
  backup_code_regenerate: (v) => `New set of ${v.count} backup codes`,
  stepup_success: (v) => `Confirmed with ${factor(v.factor)} before a change`,
  authn_login_refuse: () => 'Right password, refused: only passkeys open this account',
  mfa_recover: () => 'Backup code used to register a new passkey',
  sms_send: (v) => `Code sent to ${v.to}`,
  sms_verify: () => 'Code by SMS was right',
  passkey_counter: (v) => `Passkey counter went from ${v.stored} to ${v.given}: it may have been copied`,
  passkey_only: (v) => (v.on ? 'Only passkeys open the account' : 'Passkeys are no longer the only way in'),
  mfa_prefer: (v) => `Asked for first from now on: ${factor(v.factor)}`,
  device_trust: () => 'Browser trusted: no code at sign-in',
  device_trust_end: (v) =>
    v.reason === 'owner' ? 'Trusted browser removed' : 'Trust ended: an old cookie of this browser was shown',
  key_rotate: () => 'Sealed anew under a new key',
  session_end: (v) => (v.target ? 'Another session signed out' : 'Signed out'),
  session_end_all: (v) => `Signed out everywhere (${v.ended} ended)`,
}

const factWords: { readonly [T in Fact['type']]: (v: Extract<Fact, { type: T }>['values']) => string } = {
  authn_login_fail: () => 'Wrong password',
  excess_rate_limit_exceeded: (v) => `Turned away ${door(v.flow)}${(v.sampled ?? 1) > 1 ? `, ${v.sampled} times` : ''}`,
  sequence_fail: () => 'A sign-in that was over was tried again',
  crypt_decrypt_fail: () => 'Something stored does not open',
  limiter_fail: () => 'The limiter did not answer',
  sms_refuse: (v) => `No code was sent. ${unsent(v.reason ?? '')}`,
  message_dead: () => 'A message could not be delivered',
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)

export function event(row: SecurityEvent | Fact): string {
  const write = (row.stream === 'events' ? eventWords[row.type] : factWords[row.type]) as (values: unknown) => string
  return write(row.values)
}

/** Apps that take any key, in no order of merit. */
export const apps: readonly { readonly name: string; readonly note: string }[] = [
  { name: 'Aegis', note: 'Android, open source' },
  { name: '2FAS', note: 'Android and iOS, open source' },
  { name: 'Ente Auth', note: 'every system, open source' },
  { name: 'Google Authenticator', note: 'Android and iOS' },
  { name: 'Microsoft Authenticator', note: 'Android and iOS' },
  { name: 'Bitwarden, 1Password', note: 'password managers, every system' },
]

/** What the check of the history found. */
export function fault(found: ChainFault): string {
  switch (found.fault) {
    case 'removed':
      return found.from === found.to ? `Removed: event ${found.from}` : `Removed: events ${found.from} to ${found.to}`
    case 'moved':
      return `Event ${found.was} was moved to ${found.n}`
    case 'inserted':
      return `Added from outside: event ${found.n}`
    case 'unproven':
      return `Event ${found.n} is not proven: what stood before it is gone or replaced`
    case 'changed':
      return `Changed: event ${found.n}${found.fields.length > 0 ? ` (${found.fields.join(', ')})` : ''}`
  }
}
