import { requireObject } from '../core/arguments.ts'
import { limits } from '../core/limits.ts'
import type { Accounts, SecurityScore } from './facade/accounts/accounts.ts'
import type { BackupCodes } from './facade/factors/backup-codes.ts'
import type { History } from './facade/history.ts'
import { createKernel } from './loop/kernel.ts'
import { later } from './facade/call/later.ts'
import type { NightlatchOptions } from './options/options.ts'
import type { Outbox } from './messages/outbox.ts'
import type { Passkeys } from './facade/factors/passkeys.ts'
import type { Sessions } from './facade/sessions.ts'
import { createSessions } from './facade/sessions.ts'
import type { SignIn } from './facade/sign-in/sign-in.ts'
import { createSignIn } from './facade/sign-in/sign-in.ts'
import type { Sms } from './facade/factors/sms.ts'
import type { StepUp } from './facade/step-up.ts'
import type { Totp } from './facade/factors/totp.ts'
import type { TrustedDevices } from './facade/trusted-devices.ts'

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
    totp: checked(
      later<Totp>(
        { enroll: true, confirm: true, list: true, rename: true, remove: true, resynchronize: true },
        async () => (await import('./facade/factors/totp.ts')).createTotp(kernel),
      ),
    ),
    sms: checked(
      later<Sms>({ enroll: true, resend: true, confirm: true, get: true, remove: true }, async () =>
        (await import('./facade/factors/sms.ts')).createSms(kernel),
      ),
    ),
    passkeys: checked(
      later<Passkeys>(
        { register: true, confirm: true, list: true, rename: true, remove: true, setOnly: true },
        async () => (await import('./facade/factors/passkeys.ts')).createPasskeys(kernel),
      ),
    ),
    backupCodes: checked(
      later<BackupCodes>({ status: true, regenerate: true, remove: true }, async () =>
        (await import('./facade/factors/backup-codes.ts')).createBackupCodes(kernel),
      ),
    ),
    stepUp: checked(
      later<StepUp>(
        { start: true, verify: true, sendCode: true, passkeyOptions: true, verifyPasskey: true },
        async () => (await import('./facade/step-up.ts')).createStepUp(kernel),
      ),
    ),
    sessions: checked(createSessions(kernel)),
    trustedDevices: checked(
      later<TrustedDevices>({ list: true, revoke: true, revokeAll: true }, async () =>
        (await import('./facade/trusted-devices.ts')).createTrustedDevices(kernel),
      ),
    ),
    history: checked(
      later<History>({ list: true, facts: true, logins: true, verify: true, csv: true }, async () =>
        (await import('./facade/history.ts')).createHistory(kernel),
      ),
    ),
    score: checked(
      later<SecurityScore>({ get: true }, async () => (await import('./facade/accounts/accounts.ts')).createScore(kernel)),
    ),
    accounts: checked(
      later<Accounts>({ turnOffTwoFactor: true, factors: true, prefer: true, reseal: true }, async () =>
        (await import('./facade/accounts/accounts.ts')).createAccounts(kernel),
      ),
    ),
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
