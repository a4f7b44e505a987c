import type {
  DraftEvent,
  DraftFact,
  EventType,
  EventValues,
  FactType,
  FactValues,
  SharedValues,
} from 'nightlatch/events'

export const shared: Required<SharedValues> = {
  actor: 'system',
  actorReason: 'nightly job',
  call: 'call-1',
  session: 'session-hash',
  ip: '2001:db8::7',
  network: '2001:db8::/64',
  userAgent: 'Browser/1',
}

const enrollment = { factor: 'totp', authenticator: 'd1', label: 'Phone' } as const

/** Every event with every field. */
export const eventValues: { readonly [T in EventType]: Required<EventValues<T>> } = {
  authn_login_success: {
    primary: 'password',
    challenge: 'c1',
    factor: 'totp',
    authenticator: 'd1',
    aal: 2,
    amr: ['pwd', 'otp', 'mfa'],
    knownDevice: true,
    failures: 0,
    trusted: true,
  },
  mfa_challenge: {
    primary: 'password',
    challenge: 'c1',
    factors: ['totp', 'sms', 'backup-code'],
    knownDevice: false,
    smsRefused: 'cooldown',
  },
  authn_login_refuse: { primary: 'password', reason: 'passkey-only' },
  mfa_recover: { primary: 'password', until: 1.7e12 },
  sms_send: { purpose: 'login', to: '+36 •••••• 67', country: 'HU' },
  sms_verify: { purpose: 'login', country: 'HU' },
  passkey_counter: { authenticator: 'p1', stored: 7, given: 3, refused: true },
  passkey_only: { on: true },
  mfa_prefer: { factor: 'sms' },
  device_trust: { device: 'd1', until: 1.7e12 },
  device_trust_end: { ended: 1, reason: 'owner', device: 'd1' },
  mfa_required: { primary: 'oauth', until: 1.7e12 },
  mfa_fail: {
    flow: 'sign-in',
    challenge: 'c1',
    compared: ['totp'],
    reason: 'wrong',
    knownDevice: false,
    authenticator: 'p1',
    waitUntil: 1.7e12,
    usedElsewhere: true,
  },
  authn_login_lock: { reason: 'maxretries', until: 1.7e12, failures: 20 },
  authn_login_fail_max: { factor: 'totp', unknownOnly: true },
  password_known: { reason: 'lock' },
  authn_password_change: { reset: true, endSessions: true },
  user_updated: { attribute: 'mail', before: 'a•••@people.example', after: 'e•••@elsewhere.example' },
  lockout_end: {},
  device_forget: { device: 'd1', reason: 'luck' },
  mfa_enroll_start: enrollment,
  mfa_enroll_fail: { factor: 'totp', authenticator: 'd1', reason: 'wrong' },
  mfa_enroll: enrollment,
  mfa_update: { ...enrollment, change: 'rename' },
  mfa_remove: enrollment,
  mfa_off: { factors: ['totp'] },
  backup_code_use: { left: 9 },
  backup_code_regenerate: { count: 10 },
  stepup_success: { purpose: 'factors', factor: 'totp' },
  key_rotate: {},
  session_end: { ended: 1, target: 'other-session-hash' },
  session_end_all: { ended: 3, includingThis: false },
}

/** Every fact with every field. */
export const factValues: { readonly [T in FactType]: Required<FactValues<T>> } = {
  authn_login_fail: { name: 'hash', known: true, sampled: 4 },
  excess_rate_limit_exceeded: { flow: 'sign-in', name: 'hash', sampled: 100 },
  sequence_fail: { flow: 'sign-in', reason: 'challenge-expired' },
  crypt_decrypt_fail: { code: 'NL_RECORD_TAMPERED' },
  limiter_fail: { flow: 'sign-in' },
  record_suspect: { reason: 'rolled-back' },
  sms_refuse: { purpose: 'login', country: 'HU', reason: 'limited' },
  message_failed: { channel: 'mail', message: 'm1', reason: 'not-accepted' },
  message_dead: { channel: 'mail', message: 'm1', reason: 'expired' },
}

export const draftEvents: readonly DraftEvent[] = Object.entries(eventValues).map(
  ([type, values]) => ({ type: type as EventType, values }) as DraftEvent,
)

export const draftFacts: readonly DraftFact[] = Object.entries(factValues).map(
  ([type, values]) => ({ type: type as FactType, values }) as DraftFact,
)
