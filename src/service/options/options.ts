import type { Method } from '../../core/factor.ts'
import type { Policy } from '../../core/policy/index.ts'
import type { Clock } from '../../ports/clock.ts'
import type { OnCompromised } from '../../ports/compromised.ts'
import type { Directory } from '../../ports/directory.ts'
import type { HumanCheck } from '../../ports/human.ts'
import type { Limiter } from '../../ports/limiter.ts'
import type { Mailer } from '../../ports/mailer.ts'
import type { Random } from '../../ports/random.ts'
import type { Reporter } from '../../ports/report.ts'
import type { Sink } from '../../ports/sink.ts'
import type { Storage } from '../../ports/storage.ts'
import type { SlowHash } from '../../slow-hash/index.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Describe } from '../messages/describe.ts'
import type { BackupCodeOptions } from './backup-code-options.ts'
import type { CookieOptions } from './cookie-options.ts'
import type { PasskeyOptions } from './passkey-options.ts'
import type { DeviceTrustTerms } from './relaxations.ts'
import type { SignInOptions } from './sign-in-options.ts'
import type { SmsOptions } from './sms-options.ts'
import type { TotpOptions } from './totp-options.ts'

export interface NightlatchOptions {
  /** Shown in authenticator apps and mails. No colon. */
  readonly appName: string
  /** Where a person can ask for help. Printed in every mail. */
  readonly contact: string
  /** `accounts.reseal` needs one that implements {@link Directory} too. */
  readonly storage: Storage & Partial<Directory>
  readonly mailer: Mailer
  /** From {@link keyring}. */
  readonly keys: Keyring
  readonly describe: Describe
  /**
   * What this installation calls itself, at most 64 characters. Default: `main`. It is bound into everything that is
   * stored or given out, so choose it before the first sign-in and never change it.
   */
  readonly realm?: string
  /** Whether accounts must have a second factor. Default: optional. */
  readonly policy?: Policy
  /**
   * `multiple` (default), or `exclusive`: one method at a time. A second one is then refused with `deactivate-first`,
   * unless it is enrolled with `switching`.
   */
  readonly factors?: 'multiple' | 'exclusive'
  /** Methods that may be enrolled. Default: all that are configured. Codes by SMS cannot be the only one [SMS-1]. */
  readonly methods?: readonly Method[]
  /** Absent: no codes by SMS. */
  readonly sms?: SmsOptions
  /** Absent: no passkeys. */
  readonly passkeys?: PasskeyOptions
  /** From `trustDevices()`; lowers the assurance of a sign-in [SES-9]. Absent: every sign-in asks for a factor. */
  readonly trustedDevices?: DeviceTrustTerms
  readonly totp?: TotpOptions
  readonly backupCodes?: BackupCodeOptions
  readonly challenge?: {
    /** Life of a challenge in ms; default 10 minutes, at most an hour. */
    readonly lifeMs?: number
    /** Wrong codes until the challenge ends; default 5, at most 10. */
    readonly tries?: number
  }
  readonly signIn?: SignInOptions
  /**
   * A check that a person acts, such as a captcha. With it a name may fail a hundred times a day from unknown browsers;
   * then each try there needs the check. Without it a name has no limit over all networks together.
   */
  readonly human?: HumanCheck
  readonly stepUp?: {
    /** Life of a proof in ms; default 5 minutes, at most 15. */
    readonly lifeMs?: number
  }
  readonly sessions?: {
    /**
     * The greatest age of a grant in ms, since the sign-in or the last step-up; default 30 days, 5 minutes to 90 days
     * [SES-5].
     */
    readonly maxAgeMs?: number
  }
  /** The cookie of the device token. Default: `__Host-nl_device`, for https. Plain http needs `secure: false`. */
  readonly cookie?: CookieOptions
  readonly outbox?: {
    /** `automatic` (default): sweeps every 30 s from the first call on. `manual`: the host calls `outbox.sweep()`. */
    readonly sweep?: 'automatic' | 'manual'
  }
  /** Gets every event and fact after it is stored, for a log elsewhere. No call waits for it [LOG-7]. */
  readonly sink?: Sink
  /** Is told when wrong codes show that somebody else knows the password of an account. */
  readonly onCompromised?: OnCompromised
  /** Is told what went wrong behind the answers. Default: one line on the console, without secrets. */
  readonly report?: Reporter
  /** Refuses too many calls before anything is read. Default: one in this process. */
  readonly limiter?: Limiter
  /** ms since epoch. Default: the system's clock. */
  readonly clock?: Clock
  /** Default: the platform's generator. */
  readonly random?: Random
  /** Default: `slowHash` of `nightlatch/slow-hash`. */
  readonly slowHash?: SlowHash
}
