import type { Factor, Method, PasskeyView } from 'nightlatch'

/** The texts for what nightlatch answers. Those of the history are in history-words.ts. */

const dateTime = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })
const dateOnly = new Intl.DateTimeFormat('en', { dateStyle: 'long' })
const shortTime = new Intl.DateTimeFormat('en', { timeStyle: 'short' })
const clockTime = new Intl.DateTimeFormat('en', { timeStyle: 'medium' })

export const when = (at: number): string => dateTime.format(at)
export const day = (at: number): string => dateOnly.format(at)
export const clock = (at: number): string => clockTime.format(at)
/** A time of day. The date is added where it differs from that of `since`. */
export const until = (at: number, since: number): string => (day(at) === day(since) ? shortTime.format(at) : when(at))
export const iso = (at: number): string => new Date(at).toISOString()

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

const refusals: Readonly<Record<string, string>> = {
  'wrong-credentials': 'E-mail address or password is wrong.',
  'too-many-attempts': 'Too many attempts. Please wait before the next one.',
  'challenge-ended': 'This sign-in took too long or is finished already. Please log in again.',
  'too-many-tries': 'Too many wrong codes. Please start again.',
  'unknown-passkey': 'This account does not have that passkey any more. Please log in another way.',
  'user-verification':
    'The passkey did not check that it is you. Unlock it with a finger, your face or a PIN, or use your password.',
  'wrong-passkey': 'That passkey was not accepted. Please try again.',
  'ceremony-ended': 'The browser took too long. Please try again.',
  'factors-off': 'Codes are switched off after too many wrong ones. Use another factor, or ask our support.',
  'no-enrollment':
    'This set-up is over: it was finished, replaced or took too long. If you missed your backup codes, make a new set.',
  'not-found': 'That does not exist any more.',
  'not-on': 'Two-factor authentication is not on.',
  'required-by-policy': 'Two-factor authentication is required here. You cannot remove the last factor.',
  'passkey-only': 'Only passkeys open this account. Change that first.',
  'needs-recovery':
    'For this you need a second passkey, or a synced passkey and a set of backup codes of which none was used.',
  unchanged: 'That is set already.',
  'not-allowed': 'This site does not offer that.',
  'already-registered': 'That passkey is registered already.',
  'too-many-passkeys': 'You cannot have more passkeys. Remove one first.',
  'no-passkey': 'This account has no passkey.',
  'no-number': 'This account has no number for codes.',
  'too-many-authenticators': 'You cannot have more authenticator apps. Remove one first.',
  wrong: 'That code is not right.',
  used: 'That code was used already. Type the next one.',
  wait: 'Too many wrong codes: there is a short wait now.',
  expired: 'That code is too old or was used already. Send a new one.',
  malformed: 'That does not look like a code. Type six digits, or a backup code.',
  'too-many-changes': 'You made many changes in a short time. Please wait before the next one.',
  busy: 'Too much is going on at once. Please try again.',
}

export const refusal = (reason: string): string => refusals[reason] ?? 'That did not work. Please try again.'

const unsentReasons: Readonly<Record<string, string>> = {
  cooldown: 'We sent one just now. Please wait before the next one.',
  hourly: 'You had too many within an hour. Use another way, or try later.',
  daily: 'You had too many within a day. Use another way until tomorrow.',
  limited: 'Too many codes are requested at the moment. Use another way, or try later.',
  denied: 'We cannot send codes to this number. Use another way.',
  country: 'We do not send codes to numbers of that country.',
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
  '/security/password': 'change your password',
  '/security/phone': 'set the phone number',
  '/security/phone/remove': 'remove the phone number',
  '/security/authenticators/remove': 'remove an authenticator app',
  '/security/authenticators/resynchronize': 'resynchronize an authenticator app',
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

/** In the order of the page: the safest first. */
export const methods: Readonly<Record<Method, MethodWords>> = {
  passkey: {
    name: 'Passkey',
    asked: 'a passkey',
    setUp: 'Add a passkey',
    why: 'You unlock it with a finger, your face or a PIN. A fake site cannot use it.',
    href: '/security/passkeys/new',
    icon: 'passkey',
    mark: { text: 'Safest', tone: 'on' },
  },
  totp: {
    name: 'Authenticator app',
    asked: 'a code from an authenticator app',
    setUp: 'Set up an authenticator app',
    why: 'The app shows a new code every 30 seconds, without any network.',
    href: '/security/totp',
    icon: 'app',
  },
  sms: {
    name: 'Code by SMS',
    asked: 'a code by SMS',
    setUp: 'Add a phone number',
    why: 'We send you a code in a message. Somebody can take over your number, so other factors are safer.',
    href: '/security/phone',
    icon: 'phone',
    mark: { text: 'Weakest', tone: 'low' },
  },
}

interface AdviceWords {
  readonly title: string
  readonly why: string
  /** The texts for a person who has one already. */
  readonly more: string
  readonly whyMore: string
  readonly href: string
}

export const advice: Readonly<Record<string, AdviceWords>> = {
  'add-passkey': {
    title: 'Add a passkey',
    why: 'A fake site cannot use it.',
    more: 'Add another passkey',
    whyMore: 'You can use it if you lose your other factor.',
    href: '/security/passkeys/new',
  },
  'add-totp-authenticator': {
    title: 'Add an authenticator app',
    why: 'Then a stolen password alone does not open your account.',
    more: 'Add another authenticator app',
    whyMore: 'You can use it if you lose your other factor.',
    href: '/security/totp',
  },
  'renew-backup-codes': {
    title: 'Make new backup codes',
    why: 'They sign you in without your phone.',
    more: 'Make new backup codes',
    whyMore: 'They sign you in without your phone.',
    href: '#backup-codes',
  },
}

/** Where a passkey is kept, as far as the browser told. */
export function passkeyKind({ synced, transports }: PasskeyView): { readonly icon: string; readonly text: string } {
  if (synced) return { icon: 'cloud', text: 'Synced between devices' }
  const isStick = transports.some((transport) => transport === 'usb' || transport === 'nfc' || transport === 'ble')
  if (isStick) return { icon: 'stick', text: 'Security key' }
  return transports.includes('internal')
    ? { icon: 'computer', text: 'On one device' }
    : { icon: 'passkey', text: 'Passkey' }
}

export const risks: Readonly<Record<string, string>> = {
  'no-factor': 'Anybody who learns your password can sign in.',
  'sms-only': 'Somebody can take over a telephone number. Add a safer factor.',
  'no-recovery': 'If you lose your only factor, you cannot sign in any more.',
  'backup-codes-low': 'Only a few backup codes are left.',
}

export const parts: Readonly<Record<string, string>> = {
  factor: 'Second factor',
  second: 'A spare factor',
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

/** Where a person finds a code. */
export function hint(has: readonly Factor[]): string {
  const sources = [
    has.includes('totp') && 'from your app',
    has.includes('sms') && 'from the message',
    has.includes('backup-code') && 'or a backup code',
  ].filter(Boolean)
  const again = has.includes('totp') ? ' Each code works once: if you used this one already, wait for the next.' : ''
  return `${capitalize(sources.join(', '))}.${again}`
}

/** What a person can do before a change. */
export function confirmWith(has: readonly Factor[]): string {
  const ways = [
    (has.includes('totp') || has.includes('sms')) && 'type a code',
    has.includes('passkey') && 'use a passkey',
  ].filter(Boolean)
  return ways.length > 0 ? ways.join(' or ') : 'type a backup code'
}

export const capitalize = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)

/** Apps that take any key, in no order of merit. */
export const apps: readonly { readonly name: string; readonly note: string }[] = [
  { name: 'Aegis', note: 'Android, open source' },
  { name: '2FAS', note: 'Android and iOS, open source' },
  { name: 'Ente Auth', note: 'Every system, open source' },
  { name: 'Google Authenticator', note: 'Android and iOS' },
  { name: 'Microsoft Authenticator', note: 'Android and iOS' },
  { name: 'Bitwarden, 1Password', note: 'Password managers, every system' },
]
