import type { BackupCodeProfile, SlowHashParams } from '../../backup-codes/index.ts'
import type { OtpAlgorithm } from '../../otp/index.ts'
import type { Secret } from '../../secret.ts'
import type { SmsPurpose, SmsSends } from '../../sms/index.ts'
import { noSmsSends } from '../../sms/sends.ts'
import type { Aal, Amr, Factor, Method, Primary } from '../../factor.ts'

/** Everything that nightlatch knows of an account. All times are ms since epoch. */
export interface AccountState {
  readonly createdAt: number
  /** Raised by every sensitive change: sealed tokens of an older epoch are refused. */
  readonly epoch: number
  readonly totp: {
    readonly authenticators: readonly TotpAuthenticator[]
    readonly enrollment: TotpEnrollment | null
    /** Consecutive failures of TOTP as a whole. */
    readonly failures: number
  }
  readonly 'backup-code': {
    readonly set: BackupCodeSet | null
    readonly failures: number
  }
  readonly sms: {
    readonly number: SmsNumber | null
    readonly enrollment: SmsEnrollment | null
    /** The one live code of the account: a new one takes its place [SMS-6]. */
    readonly code: SmsCode | null
    readonly failures: number
    /** Messages sent for the owner (a known device or a session), and for anybody else with the password. */
    readonly sends: { readonly own: SmsSends; readonly others: SmsSends }
  }
  readonly passkey: {
    /** base64url of 64 random bytes, made with the first registration [PKR-15]. */
    readonly handle: string | null
    readonly credentials: readonly Passkey[]
    /** Only passkeys open the account. */
    readonly only: boolean
  }
  /** What the owner wants to be asked for first; null: what the account has decides. */
  readonly preferred: Method | null
  readonly throttle: Throttle
  readonly challenges: readonly ChallengeEntry[]
  readonly spentProofs: readonly SpentProof[]
  readonly spentCeremonies: readonly SpentCeremony[]
  /**
   * The latest end of a challenge, of a proof and of a ceremony that was forgotten as over. One that ends no later is refused: a server
   * whose clock is ahead must not bring it back by forgetting it too early.
   */
  readonly forgotten: { readonly challenges: number; readonly proofs: number; readonly ceremonies: number }
  readonly sessions: readonly Session[]
  readonly knownDevices: readonly KnownDevice[]
  readonly notices: {
    readonly factorFailedAt: number | null
    readonly lockedAt: number | null
  }
  /** When a policy first asked this account to enroll: the clock of its grace, never restarted. */
  readonly requiredAt: number | null
}

export interface TotpAuthenticator {
  readonly id: string
  readonly label: string
  readonly secret: Secret
  readonly algorithm: OtpAlgorithm
  readonly digits: number
  /** seconds */
  readonly period: number
  readonly createdAt: number
  readonly lastUsedAt: number | null
  /** The last accepted step: it and everything before it is never accepted again [TOTP-6]. */
  readonly lastStep: number
  /** Learned clock difference, in steps. */
  readonly drift: number
}

export interface TotpEnrollment {
  readonly id: string
  readonly label: string
  readonly secret: Secret
  readonly algorithm: OtpAlgorithm
  readonly digits: number
  readonly period: number
  readonly startedAt: number
  /** Only the session that began may confirm; null when a script began. */
  readonly session: string | null
  readonly failures: number
  /** Confirming it drops every other method in the same commit. */
  readonly switching: boolean
}

export interface SmsNumber {
  readonly id: string
  /** E.164 */
  readonly phone: Secret
  /** As pages, mails and logs may show it [SMS-11]. */
  readonly masked: string
  /** ISO 3166-1 alpha-2 */
  readonly country: string
  /** What kind of number its plan says it is. */
  readonly type: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

export interface SmsEnrollment extends Omit<SmsNumber, 'createdAt' | 'lastUsedAt'> {
  readonly startedAt: number
  readonly session: string | null
  readonly failures: number
  readonly switching: boolean
}

export interface SmsCode {
  readonly purpose: SmsPurpose
  /** What it answers: the id of a challenge, of a session or of an enrollment [SMS-7]. */
  readonly request: string
  /** The id of the number that it was sent to. */
  readonly number: string
  /** A key of 32 bytes and the digest made under it. */
  readonly digest: Secret
  readonly sentAt: number
  readonly expiresAt: number
  /** Asked for by the owner: nobody else's request takes its place while it lives. */
  readonly own: boolean
}

export interface Passkey {
  /** Credential id, base64url. */
  readonly id: string
  readonly label: string
  /** COSE key, base64url */
  readonly publicKey: string
  readonly algorithm: number
  readonly counter: number
  readonly transports: readonly string[]
  readonly backupEligible: boolean
  readonly backedUp: boolean
  readonly uvInitialized: boolean
  /** False: it opens nothing without a name typed before. Null: nobody said. */
  readonly discoverable: boolean | null
  readonly aaguid: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

/** A challenge that an authenticator has answered. */
export interface SpentCeremony {
  readonly id: string
  readonly expiresAt: number
  /** One that was answered right is never forgotten before its end. */
  readonly right: boolean
  /** It belonged to no account when it was made, so no epoch ends it. */
  readonly passwordless: boolean
}

export interface BackupCodeSet {
  readonly profile: BackupCodeProfile
  readonly params: SlowHashParams
  /** base64url */
  readonly salt: string
  readonly createdAt: number
  readonly codes: readonly BackupCode[]
}

export interface BackupCode {
  readonly id: string
  readonly digest: Secret
  readonly usedAt: number | null
}

export interface Throttle {
  readonly sources: readonly SourceFailures[]
  /** Evaluated failures in a row over all places. Not restarted by a lock. */
  readonly failures: number
  /** When the lock for unknown devices was last set. */
  readonly lockedAt: number | null
}

/** Where wrong codes came from: a network, or a known device, which has a count of its own. */
export interface SourceFailures {
  readonly id: string
  readonly failures: number
  readonly failedAt: number
}

/** A challenge enters the record with its first failure, or when it is consumed. */
export interface ChallengeEntry {
  readonly id: string
  readonly expiresAt: number
  readonly source: string
  readonly failures: number
  /** What its failures charged to each factor's hard count: taken back by a success. */
  readonly charged: { readonly totp: number; readonly sms: number; readonly 'backup-code': number }
  readonly consumed: boolean
}

export interface SpentProof {
  readonly id: string
  readonly expiresAt: number
}

export interface Session {
  readonly id: string
  /** `enroll`: good only for enrolling a factor. */
  readonly kind: 'full' | 'enroll'
  /** For `enroll`: one of these must be enrolled. */
  readonly needs: readonly Method[]
  readonly createdAt: number
  readonly primary: Primary
  readonly primaryAt: number
  readonly factor: Factor | null
  readonly aal: Aal
  readonly amr: readonly Amr[]
  readonly ip: string | null
  readonly userAgent: string | null
  readonly deviceId: string | null
  /** The factor was skipped, because the device was trusted. */
  readonly trusted: boolean
}

export interface KnownDevice {
  readonly id: string
  readonly firstAt: number
  readonly lastAt: number
  /** As the browser described itself last. */
  readonly userAgent: string | null
  readonly trust: DeviceTrust | null
}

/** The owner's word that a device needs no factor at sign-in [SES-10]. */
export interface DeviceTrust {
  /** SHA-256 of the text in the device's token, base64url. */
  readonly digest: string
  readonly epoch: number
  readonly since: number
  readonly lastUsedAt: number
  readonly until: number
}

/** An account that never had a number. */
export const noSms: AccountState['sms'] = {
  number: null,
  enrollment: null,
  code: null,
  failures: 0,
  sends: { own: noSmsSends, others: noSmsSends },
}

export function emptyAccount(now: number): AccountState {
  return {
    createdAt: now,
    epoch: 1,
    totp: { authenticators: [], enrollment: null, failures: 0 },
    'backup-code': { set: null, failures: 0 },
    sms: noSms,
    passkey: { handle: null, credentials: [], only: false },
    preferred: null,
    throttle: { sources: [], failures: 0, lockedAt: null },
    challenges: [],
    spentProofs: [],
    spentCeremonies: [],
    forgotten: { challenges: 0, proofs: 0, ceremonies: 0 },
    sessions: [],
    knownDevices: [],
    notices: { factorFailedAt: null, lockedAt: null },
    requiredAt: null,
  }
}

/** The number of the form in which accounts are written: 1 until the first release. */
export const accountSchema = 1

/**
 * What each sealed value of an account is for, by the beginning of its path. The first that fits counts. The purpose is
 * part of a seal: a word that changes makes stored values unreadable.
 */
export const sealPurposes: readonly (readonly [path: string, purpose: string])[] = [
  ['totp/', 'totp-secret'],
  ['sms/code/digest', 'sms-code-digest'],
  ['sms/', 'phone-number'],
  ['backup-code/', 'backup-code-digest'],
]
