import { loadOnce } from '../languages/load-once.ts'
import type { Accounts } from './facade/accounts/accounts.ts'
import type { BackupCodes } from './facade/factors/backup-codes.ts'
import type { History } from './facade/history/history.ts'
import type { Kernel } from './loop/kernel.ts'
import { late } from './facade/call/late.ts'
import type { NightlatchOptions } from './options/options.ts'
import { createSweepTimer } from './messages/sweep-timer.ts'
import { checkOptions } from './options/check-options.ts'
import type { OutboxControl } from './facade/outbox.ts'
import type { SecurityScore } from './facade/score.ts'
import type { Passkeys } from './facade/factors/passkeys.ts'
import type { Password } from './facade/password.ts'
import type { Sessions } from './facade/sessions.ts'
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
  const checked = checkOptions(options)
  const kernel = loadOnce(async () => (await import('./loop/kernel.ts')).createKernel(checked, sweepTimer))
  const sweepTimer = createSweepTimer(() => {
    // If the code cannot be loaded, the next sweep tries again.
    kernel().then(
      ({ outbox }) => outbox.sweepBehind(),
      () => undefined,
    )
  })
  return {
    ...lateParts(kernel, checked.options),
    outbox: {
      ...sweepTimer,
      sweep: async (input) => (await kernel()).outbox.sweep(input),
      idle: async () => (await kernel()).outbox.idle(),
    },
  }
}

/** The parts of the facade, each in files of its own that are loaded at the first call. */
function lateParts(kernel: () => Promise<Kernel>, { sms }: NightlatchOptions): Omit<Nightlatch, 'outbox'> {
  return {
    signIn: late(
      {
        start: true,
        failed: true,
        verify: true,
        sendCode: true,
        recover: true,
        passkeyOptions: true,
        verifyPasskey: true,
      },
      async () => (await import('./facade/sign-in/create.ts')).createSignIn(await kernel()),
    ),
    totp: late({ enroll: true, confirm: true, list: true, rename: true, remove: true, resynchronize: true }, async () =>
      (await import('./facade/factors/totp.ts')).createTotp(await kernel()),
    ),
    sms: late({ enroll: true, resend: true, confirm: true, get: true, remove: true }, async () =>
      (await import('./facade/factors/sms.ts')).createSms(await kernel(), sms?.defaultCountry),
    ),
    passkeys: late({ register: true, confirm: true, list: true, rename: true, remove: true, setOnly: true }, async () =>
      (await import('./facade/factors/passkeys.ts')).createPasskeys(await kernel()),
    ),
    backupCodes: late({ status: true, regenerate: true, remove: true }, async () =>
      (await import('./facade/factors/backup-codes.ts')).createBackupCodes(await kernel()),
    ),
    stepUp: late({ start: true, verify: true, sendCode: true, passkeyOptions: true, verifyPasskey: true }, async () =>
      (await import('./facade/step-up.ts')).createStepUp(await kernel()),
    ),
    sessions: late({ check: true, list: true, end: true, endAll: true, signOut: true }, async () =>
      (await import('./facade/sessions.ts')).createSessions(await kernel()),
    ),
    trustedDevices: late({ list: true, revoke: true, revokeAll: true }, async () =>
      (await import('./facade/trusted-devices.ts')).createTrustedDevices(await kernel()),
    ),
    history: late({ list: true, facts: true, logins: true, verify: true, csv: true }, async () =>
      (await import('./facade/history/history.ts')).createHistory(await kernel()),
    ),
    score: late({ get: true }, async () => (await import('./facade/score.ts')).createScore(await kernel())),
    password: late({ changed: true }, async () =>
      (await import('./facade/password.ts')).createPassword(await kernel()),
    ),
    accounts: late(
      {
        unlock: true,
        turnOffTwoFactor: true,
        factors: true,
        prefer: true,
        addressChanged: true,
        reseal: true,
        shortenHistory: true,
        pruneHistory: true,
      },
      async () => (await import('./facade/accounts/accounts.ts')).createAccounts(await kernel()),
    ),
  }
}
