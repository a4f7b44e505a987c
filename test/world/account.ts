import { defaultPolicy } from 'nightlatch/policy'
import { smsLimits, smsSendLimits } from 'nightlatch/sms'
import type { Source } from '../../src/core/account/guessing/source.ts'
import type { Client, Context } from '../../src/core/account/record/context.ts'
import { emptyAccount } from '../../src/core/account/record/empty.ts'
import type { Settings } from '../../src/core/account/record/settings.ts'
import type { AccountState, KnownDevice, Session } from '../../src/core/account/record/state.ts'
import type { UserAuthorization } from '../../src/core/account/sessions/authorization.ts'
import type { TotpAuthenticator } from '../../src/core/account/totp/state.ts'
import { limits } from '../../src/core/limits.ts'
import { seededRandom } from './seeded-random.ts'

/** The parts of an account by hand, for tests of single functions of the core. */

export const now = 1_790_000_000_000
export const day = 86_400_000

export const account: AccountState = { ...emptyAccount(now - 30 * day, 'birth'), record: { birth: 'birth', commit: 9 } }

export const settings: Settings = {
  realm: 'main',
  policy: defaultPolicy,
  methods: ['passkey', 'totp', 'sms'],
  factors: 'multiple',
  challengeMs: limits.challengeMs,
  challengeTries: limits.challengeTries,
  proofMs: limits.proofMs,
  sessionMs: limits.sessionMs,
  totp: { algorithm: 'SHA1', digits: 6, period: 30, window: 1 },
  backupCodes: { profile: 'crockford-13', count: 10, replaceUsed: false },
  sms: { countries: ['HU'], codeMs: smsLimits.codeMs, sends: smsSendLimits },
  passkeys: null,
  trustedDevices: { lifeMs: 30 * day },
}

export const context: Context = {
  now,
  settings,
  actor: { kind: 'user' },
  entropy: seededRandom('entropy')(32),
  keyTaken: false,
}

/** Somebody with no device token. */
export const stranger: Client = {
  ip: '192.0.2.7',
  network: '192.0.2.7',
  userAgent: 'Firefox',
  deviceId: null,
  deviceNamesAccount: false,
  deviceMark: null,
  deviceTrust: null,
}

export function onDevice(deviceId: string, more: Partial<Client> = {}): Client {
  return { ...stranger, deviceId, deviceNamesAccount: true, deviceMark: { birth: 'birth', commit: 3 }, ...more }
}

export function networkSource(network: string): Source {
  return { kind: 'network', id: `network:${network}`, device: null }
}

export function deviceSource(device: string): Source {
  return { kind: 'device', id: `device:${device}`, device }
}

export function sessionSource(session: string, device: string | null = null): Source {
  return { kind: 'session', id: `session:${session}`, device }
}

export function knownDevice(id: string, more: Partial<KnownDevice> = {}): KnownDevice {
  return { id, firstAt: now - day, lastAt: now - day, userAgent: 'Firefox', emptiedAt: null, trust: null, ...more }
}

export function session(id: string, more: Partial<Session> = {}): Session {
  return {
    id,
    kind: 'full',
    needs: [],
    createdAt: now - 60_000,
    renewedAt: now - 60_000,
    primary: 'password',
    primaryAt: now - 60_000,
    factor: 'totp',
    aal: 2,
    amr: ['pwd', 'otp', 'mfa'],
    ip: '192.0.2.7',
    userAgent: null,
    deviceId: null,
    trusted: false,
    round: 0,
    changes: null,
    ...more,
  }
}

export function authenticator(id: string, more: Partial<TotpAuthenticator> = {}): TotpAuthenticator {
  return {
    id,
    label: '',
    secret: { alg: 'xchacha20-poly1305', keyId: 'AAAAAAAA', nonce: `nonce-${id}`, ciphertext: 'ciphertext' },
    algorithm: 'SHA1',
    digits: 6,
    period: 30,
    createdAt: now - day,
    lastUsedAt: null,
    lastStep: 0,
    usedFrom: { device: null, network: null, told: false },
    drift: 0,
    ...more,
  }
}

export function withTotp(state: AccountState, ...ids: readonly string[]): AccountState {
  return { ...state, totp: { ...state.totp, authenticators: ids.map((id) => authenticator(id)) } }
}

export function withBackupCodes(
  state: AccountState,
  { profile, unused }: { readonly profile: 'crockford-13' | 'numeric-6'; readonly unused: number },
): AccountState {
  const set = {
    profile,
    params: { algorithm: 'scrypt', N: 16384, r: 8, p: 1, length: 32 },
    salt: 'AAAAAAAAAAAAAAAAAAAAAA',
    createdAt: now - day,
    usedAt: [now - 1000, ...new Array<null>(unused).fill(null)],
    digests: { alg: 'xchacha20-poly1305', keyId: 'AAAAAAAA', nonce: 'digests', ciphertext: 'ciphertext' },
  } as const
  return { ...state, 'backup-code': { ...state['backup-code'], set } }
}

/** The grant of a session, as the record of {@link account} made it. */
export function grantFor(sessionId: string, more: Partial<UserAuthorization['grant']> = {}): UserAuthorization {
  return {
    kind: 'grant',
    grant: {
      account: 'ada',
      session: sessionId,
      epoch: 1,
      birth: 'birth',
      commit: 5,
      at: now - 60_000,
      aal: 2,
      amr: ['pwd', 'otp', 'mfa'],
      ...more,
    },
    proof: null,
  }
}
