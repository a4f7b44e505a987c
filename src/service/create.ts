import { requireObject } from '../core/arguments.ts'
import { limits } from '../core/limits.ts'
import type { Accounts, SecurityScore } from './accounts.ts'
import { createAccounts, createScore } from './accounts.ts'
import type { BackupCodes } from './backup-codes.ts'
import { createBackupCodes } from './backup-codes.ts'
import type { History } from './history.ts'
import { createHistory } from './history.ts'
import { createKernel } from './kernel.ts'
import type { NightlatchOptions } from './options.ts'
import type { Outbox } from './outbox.ts'
import type { Passkeys } from './passkeys.ts'
import { createPasskeys } from './passkeys.ts'
import type { Sessions } from './sessions.ts'
import { createSessions } from './sessions.ts'
import type { SignIn } from './sign-in.ts'
import { createSignIn } from './sign-in.ts'
import type { Sms } from './sms.ts'
import { createSms } from './sms.ts'
import type { StepUp } from './step-up.ts'
import { createStepUp } from './step-up.ts'
import type { Totp } from './totp.ts'
import { createTotp } from './totp.ts'
import type { TrustedDevices } from './trusted-devices.ts'
import { createTrustedDevices } from './trusted-devices.ts'

export interface Nightlatch {
  readonly signIn: SignIn
  readonly totp: Totp
  readonly sms: Sms
  readonly passkeys: Passkeys
  readonly backupCodes: BackupCodes
  readonly stepUp: StepUp
  readonly sessions: Sessions
  readonly trustedDevices: TrustedDevices
  readonly history: History
  readonly score: SecurityScore
  readonly accounts: Accounts
  /** `sweep()` sends what is due; `idle()` waits for what this process is sending; `stop()` ends the sweeper. */
  readonly outbox: Pick<Outbox, 'sweep' | 'idle' | 'start' | 'stop'>
  /** Attributes for the device-token cookie; call it `__Host-nl_device` where the page is served by https [SES-13]. */
  readonly cookie: CookieAttributes
}

export interface CookieAttributes {
  readonly httpOnly: true
  readonly secure: true
  readonly sameSite: 'lax'
  readonly path: '/'
  /** ms */
  readonly maxAge: number
}

/**
 * Puts the second lock together: everything of an account's security page over the host's own users and sessions.
 * Checks its options once; nothing is read or sent before the first call.
 *
 * @contract effect(none) · outcomes the facade · throws NL_CONFIG, NL_KEYS
 * @example
 * const nl = createNightlatch({ appName, contact, storage, mailer, keys: keyring(process.env.NL_KEYS), describe })
 */
export function createNightlatch(options: NightlatchOptions): Nightlatch {
  const kernel = createKernel(options)
  const { sweep, idle, start, stop } = kernel.outbox
  return {
    signIn: checked(createSignIn(kernel)),
    totp: checked(createTotp(kernel)),
    sms: checked(createSms(kernel)),
    passkeys: checked(createPasskeys(kernel)),
    backupCodes: checked(createBackupCodes(kernel)),
    stepUp: checked(createStepUp(kernel)),
    sessions: checked(createSessions(kernel)),
    trustedDevices: checked(createTrustedDevices(kernel)),
    history: checked(createHistory(kernel)),
    score: checked(createScore(kernel)),
    accounts: checked(createAccounts(kernel)),
    outbox: { sweep, idle, start, stop },
    cookie: { httpOnly: true, secure: true, sameSite: 'lax', path: '/', maxAge: limits.deviceTokenMs },
  }
}

type Method = (input: unknown) => Promise<unknown>

/** Holds every method of a part to its one options object, before anything of it is read. */
function checked<Part extends object>(part: Part): Part {
  const methods = Object.entries(part as Record<string, Method>).map(([name, method]): [string, Method] => [
    name,
    async (input = {}) => {
      requireObject(input, 'input')
      return method(input)
    },
  ])
  return Object.fromEntries(methods) as Part
}
