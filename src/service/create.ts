import { requireObject } from '../core/arguments.ts'
import { limits } from '../core/limits.ts'
import type { Accounts } from './facade/accounts/accounts.ts'
import type { BackupCodes } from './facade/factors/backup-codes.ts'
import type { History } from './facade/history/history.ts'
import type { Kernel } from './loop/kernel.ts'
import { createKernel } from './loop/kernel.ts'
import { later } from './facade/call/later.ts'
import type { NightlatchOptions } from './options/options.ts'
import type { OutboxControl } from './facade/outbox.ts'
import type { SecurityScore } from './facade/score.ts'
import type { Passkeys } from './facade/factors/passkeys.ts'
import type { Password } from './facade/password.ts'
import type { Sessions } from './facade/sessions.ts'
import { createSessions } from './facade/sessions.ts'
import type { SignIn } from './facade/sign-in/sign-in.ts'
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
  readonly password: Password
  readonly accounts: Accounts
  readonly outbox: OutboxControl
  /** Attributes of the cookie for the device token. Call it `__Host-nl_device` if the page comes by https [SES-13]. */
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
 * Makes the facade: everything of an account's security page, beside the host's own users and sessions. It checks its
 * options once, and reads and sends nothing before the first call.
 *
 * @contract effect(none) · the facade · throws NL_CONFIG, NL_KEYS
 * @example
 * const keys = keyring(process.env.NL_KEYS)
 * const nl = createNightlatch({ appName, contact, storage, mailer, keys, describe: describeUser })
 */
export function createNightlatch(options: NightlatchOptions): Nightlatch {
  const kernel = createKernel(options)
  const { sweep, idle, start, stop } = kernel.outbox
  return {
    signIn: checked(lateSignIn(kernel)),
    totp: checked(
      later({ enroll: true, confirm: true, list: true, rename: true, remove: true, resynchronize: true }, async () =>
        (await import('./facade/factors/totp.ts')).createTotp(kernel),
      ),
    ),
    sms: checked(
      later({ enroll: true, resend: true, confirm: true, get: true, remove: true }, async () =>
        (await import('./facade/factors/sms.ts')).createSms(kernel, options.sms?.defaultCountry),
      ),
    ),
    passkeys: checked(
      later({ register: true, confirm: true, list: true, rename: true, remove: true, setOnly: true }, async () =>
        (await import('./facade/factors/passkeys.ts')).createPasskeys(kernel),
      ),
    ),
    backupCodes: checked(
      later({ status: true, regenerate: true, remove: true }, async () =>
        (await import('./facade/factors/backup-codes.ts')).createBackupCodes(kernel),
      ),
    ),
    stepUp: checked(
      later({ start: true, verify: true, sendCode: true, passkeyOptions: true, verifyPasskey: true }, async () =>
        (await import('./facade/step-up.ts')).createStepUp(kernel),
      ),
    ),
    sessions: checked(createSessions(kernel)),
    trustedDevices: checked(
      later({ list: true, revoke: true, revokeAll: true }, async () =>
        (await import('./facade/trusted-devices.ts')).createTrustedDevices(kernel),
      ),
    ),
    history: checked(
      later({ list: true, facts: true, logins: true, verify: true, csv: true }, async () =>
        (await import('./facade/history/history.ts')).createHistory(kernel),
      ),
    ),
    score: checked(later({ get: true }, async () => (await import('./facade/score.ts')).createScore(kernel))),
    password: checked(
      later({ changed: true }, async () => (await import('./facade/password.ts')).createPassword(kernel)),
    ),
    accounts: checked(
      later(
        {
          unlock: true,
          turnOffTwoFactor: true,
          factors: true,
          prefer: true,
          reseal: true,
          shortenHistory: true,
          pruneHistory: true,
        },
        async () => (await import('./facade/accounts/accounts.ts')).createAccounts(kernel),
      ),
    ),
    outbox: { sweep, idle, start, stop },
    cookie: { httpOnly: true, secure: true, sameSite: 'lax', path: '/', maxAge: limits.deviceTokenMs },
  }
}

function lateSignIn(kernel: Kernel): SignIn {
  const names = {
    start: true,
    failed: true,
    verify: true,
    sendCode: true,
    recover: true,
    passkeyOptions: true,
    verifyPasskey: true,
  } as const
  return later<SignIn>(names, async () => (await import('./facade/sign-in/create.ts')).createSignIn(kernel))
}

type Method = (input: unknown) => Promise<unknown>

/** Checks that a method gets one options object, before the method reads anything of it. */
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
