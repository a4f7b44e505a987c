import type { BackupCodeProfile } from '../../core/backup-codes/index.ts'
import type { OtpAlgorithm } from '../../core/otp/index.ts'
import type { Policy } from '../../core/policy/index.ts'
import type { Method } from '../../core/factor.ts'
import type { SmsSendLimits } from '../../core/sms/index.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Directory } from '../../ports/directory.ts'
import type { Limiter } from '../../ports/limiter.ts'
import type { Mailer } from '../../ports/mailer.ts'
import type { PasskeyVerifier } from '../../ports/passkeys.ts'
import type { Random } from '../../ports/random.ts'
import type { Storage } from '../../ports/storage.ts'
import type { Sink } from '../../ports/sink.ts'
import type { SmsRisk, SmsSender } from '../../ports/sms.ts'
import type { SlowHash } from '../../slow-hash/index.ts'
import type { Describe } from '../messages/describe.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { DeviceTrustTerms } from './relaxations.ts'

export interface NightlatchOptions {
  /** Shown in authenticator apps and mails. No colon. */
  readonly appName: string
  /** Whom a person asks for help: printed in every mail. */
  readonly contact: string
  /** One that is a {@link Directory} too can walk over all records. */
  readonly storage: Storage & Partial<Directory>
  readonly mailer: Mailer
  /** From {@link keyring}. */
  readonly keys: Keyring
  readonly describe: Describe
  /** Whether factors are asked of accounts. Default: optional. */
  readonly policy?: Policy
  /**
   * `multiple` (default), or `exclusive`: one method at a time. A second one is then refused with `deactivate-first`,
   * unless it is enrolled with `switching`.
   */
  readonly factors?: 'multiple' | 'exclusive'
  /** Methods that may be enrolled; default all that are configured. Codes by SMS cannot be the only one [SMS-1]. */
  readonly methods?: readonly Method[]
  /** Absent: no codes by SMS. */
  readonly sms?: SmsOptions
  /** Absent: no passkeys. */
  readonly passkeys?: PasskeyOptions
  /** Absent: every sign-in asks for the factor. From `trustDevices()`, which lowers the assurance of a sign-in [SES-9]. */
  readonly trustedDevices?: DeviceTrustTerms
  readonly totp?: {
    /** Default SHA1: other values are not understood by every app [URI-7]. */
    readonly algorithm?: OtpAlgorithm
    /** 6 (default) or 8 */
    readonly digits?: number
    /** Steps accepted either way; default 1, 0 is strict, at most 5. */
    readonly window?: number
  }
  readonly backupCodes?: {
    readonly profile?: BackupCodeProfile
    /** Default 10, at most 20. */
    readonly count?: number
    /** Whether a code used at sign-in is replaced by a new one, shown with the grant. Default false. */
    readonly replaceUsed?: boolean
  }
  readonly challenge?: {
    /** Life of a challenge in ms; default 10 minutes, at most an hour. */
    readonly lifeMs?: number
    /** Wrong codes until it dies; default 5, at most 10. */
    readonly tries?: number
  }
  readonly stepUp?: {
    /** Life of a proof in ms; default 5 minutes, at most 15. */
    readonly lifeMs?: number
  }
  readonly outbox?: {
    /** `automatic` (default) sweeps every 30 s from the first call on; `manual` leaves it to `outbox.sweep()`. */
    readonly sweep?: 'automatic' | 'manual'
  }
  /** Hears of every event and fact after it is stored, for a log elsewhere; never waited for [LOG-7]. */
  readonly sink?: Sink
  /** Sheds load before anything is read. Default: one in this process. */
  readonly limiter?: Limiter
  /** ms since epoch; default the system's. */
  readonly clock?: Clock
  /** Default the platform's generator. */
  readonly random?: Random
  /** Default `slowHash` of `nightlatch/slow-hash`. */
  readonly slowHash?: SlowHash
}

export interface SmsOptions {
  readonly sender: SmsSender
  /** Where codes may be sent: ISO 3166-1 alpha-2. What is not listed gets none [SMS-21]. */
  readonly countries: readonly string[]
  /** Numbers typed without a country code are of this one. */
  readonly defaultCountry?: string
  /** The bare domain of the pages: with it, browsers fill the code in there and nowhere else. */
  readonly domain?: string
  /** Life of a code in ms; default 5 minutes, at most 10 [SMS-4]. */
  readonly lifeMs?: number
  /** How often one account may be sent a code. */
  readonly sends?: Partial<SmsSendLimits>
  /** What many accounts share [SMS-22]. */
  readonly ceilings?: Partial<SmsCeilings>
  /** Asked before each message; one that says no, throws or takes longer than 5 s denies it [SMS-3]. */
  readonly risk?: SmsRisk
}

/** Most messages, whoever asks. */
export interface SmsCeilings {
  /** To one number in 24 hours; default 20. Known devices, other sign-ins and proofs of the number count apart. */
  readonly numberDaily: number
  /** Asked for from one network (an IPv4 address, or a /64) or one known device in an hour; default 20. */
  readonly networkHourly: number
  /** To one country in an hour; default 500. */
  readonly countryHourly: number
  /** Altogether in an hour; default 2000. */
  readonly totalHourly: number
}

export interface PasskeyOptions {
  /** From `webauthn()` of `nightlatch/passkeys`. */
  readonly verifier: PasskeyVerifier
  /** What a counter that did not grow does: `refuse` (default) the sign-in, or only `report` it [PKA-10]. */
  readonly counterRegression?: 'refuse' | 'report'
  /** Whether passkeys that are synced between devices are taken; default `accept` [PKA-8]. */
  readonly synced?: 'accept' | 'refuse'
}
