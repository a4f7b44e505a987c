import type { BackupCodeProfile } from '../core/backup-codes/index.ts'
import { checkBackupCodeProfile } from '../core/backup-codes/index.ts'
import { NightlatchError } from '../core/errors.ts'
import { caps, limits } from '../core/limits.ts'
import type { OtpAlgorithm } from '../core/otp/index.ts'
import type { Policy } from '../core/policy/index.ts'
import { defaultPolicy, definePolicy } from '../core/policy/index.ts'
import type { Settings } from '../core/account/settings.ts'
import type { Clock } from '../ports/clock.ts'
import type { Directory } from '../ports/directory.ts'
import type { Limiter } from '../ports/limiter.ts'
import type { Mailer } from '../ports/mailer.ts'
import type { Random } from '../ports/random.ts'
import type { Storage } from '../ports/storage.ts'
import type { Sink } from '../ports/sink.ts'
import type { SlowHash } from '../slow-hash/index.ts'
import type { Describe } from './describe.ts'
import type { Keyring } from './keyring.ts'
import { isKeyring } from './keyring.ts'

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

const known: { readonly [K in keyof Required<NightlatchOptions>]: readonly string[] | null } = {
  appName: null,
  contact: null,
  storage: null,
  mailer: null,
  keys: null,
  describe: null,
  policy: null,
  totp: ['algorithm', 'digits', 'window'],
  backupCodes: ['profile', 'count', 'replaceUsed'],
  challenge: ['lifeMs', 'tries'],
  stepUp: ['lifeMs'],
  outbox: ['sweep'],
  sink: null,
  limiter: null,
  clock: null,
  random: null,
  slowHash: null,
}

const storageMethods: readonly (keyof Storage)[] = [
  'load',
  'commit',
  'find',
  'append',
  'listEvents',
  'listFacts',
  'takeMessages',
  'settleMessage',
]

/** Checks everything once, at creation; names the key and the fix. */
export function checkOptions(options: NightlatchOptions): Settings {
  if (typeof options !== 'object' || options === null) throw config('options', 'an object')
  rejectUnknown('', options, Object.keys(known))
  requireLine(options.appName, 'appName')
  if (/:|%3a/i.test(options.appName) || options.appName.length > 64) {
    throw config('appName', 'at most 64 characters without a colon, which key URIs cannot carry')
  }
  requireLine(options.contact, 'contact')
  for (const method of storageMethods) requireMethod(options.storage, 'storage', method)
  requireMethod(options.mailer, 'mailer', 'send')
  if (!isKeyring(options.keys)) throw config('keys', 'what keyring() returns')
  if (typeof options.describe !== 'function') throw config('describe', 'a function from account id to description')
  if (options.limiter !== undefined) requireMethod(options.limiter, 'limiter', 'charge')
  for (const name of ['clock', 'random', 'slowHash', 'sink'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') throw config(name, 'a function')
  }

  const { policy } = options
  if (policy !== undefined && (typeof policy !== 'object' || policy === null)) throw config('policy', 'an object')
  const totp = part(options, 'totp')
  const algorithm = totp.algorithm ?? 'SHA1'
  requireOneOf(algorithm, 'totp.algorithm', ['SHA1', 'SHA256', 'SHA512'])
  const digits = totp.digits ?? 6
  if (digits !== 6 && digits !== 8) throw config('totp.digits', '6 or 8')
  const codes = part(options, 'backupCodes')
  const profile = codes.profile ?? 'crockford-13'
  requireOneOf(profile, 'backupCodes.profile', ['crockford-13', 'numeric-6'])
  checkBackupCodeProfile({ profile, use: 'second-factor' })
  const replaceUsed = codes.replaceUsed ?? false
  if (typeof replaceUsed !== 'boolean') throw config('backupCodes.replaceUsed', 'true or false')
  const challenge = part(options, 'challenge')
  const stepUp = part(options, 'stepUp')
  requireOneOf(part(options, 'outbox').sweep ?? 'automatic', 'outbox.sweep', ['automatic', 'manual'])
  return {
    policy: policy === undefined ? defaultPolicy : definePolicy(policy),
    challengeMs: whole(challenge.lifeMs ?? limits.challengeMs, 'challenge.lifeMs', 60_000, caps.challengeMs),
    challengeTries: whole(challenge.tries ?? limits.challengeTries, 'challenge.tries', 1, caps.challengeTries),
    proofMs: whole(stepUp.lifeMs ?? limits.proofMs, 'stepUp.lifeMs', 10_000, caps.proofMs),
    totp: { algorithm, digits, period: 30, window: whole(totp.window ?? 1, 'totp.window', 0, caps.totpWindow) },
    backupCodes: {
      profile,
      count: whole(codes.count ?? 10, 'backupCodes.count', 1, limits.backupCodes),
      replaceUsed,
    },
  }
}

function config(key: string, rule: string): NightlatchError {
  return new NightlatchError('NL_CONFIG', `createNightlatch: ${key} must be ${rule}`)
}

function rejectUnknown(path: string, value: object, names: readonly string[]): void {
  for (const name of Object.keys(value)) {
    if (!names.includes(name)) {
      throw new NightlatchError(
        'NL_CONFIG',
        `createNightlatch: ${path}${name} is no option; known: ${names.join(', ')}`,
      )
    }
  }
}

function part<K extends 'totp' | 'backupCodes' | 'challenge' | 'stepUp' | 'outbox'>(
  options: NightlatchOptions,
  name: K,
): NonNullable<NightlatchOptions[K]> {
  const value: unknown = options[name] ?? {}
  if (typeof value !== 'object' || value === null) throw config(name, 'an object')
  rejectUnknown(`${name}.`, value, known[name] ?? [])
  return value as NonNullable<NightlatchOptions[K]>
}

function requireLine(value: unknown, key: string): void {
  if (typeof value !== 'string' || value.trim() === '' || value.length > 200 || /[\p{Cc}\p{Cs}]/u.test(value)) {
    throw config(key, 'a text of one line')
  }
}

function requireMethod(value: unknown, key: string, method: string): void {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[method] : undefined
  if (typeof found !== 'function') throw config(key, `an object with the method ${method}`)
}

function requireOneOf(value: string, key: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw config(key, `one of ${allowed.join(', ')}`)
}

function whole(value: number, key: string, from: number, to: number): number {
  if (!Number.isSafeInteger(value) || value < from || value > to)
    throw config(key, `a whole number from ${from} to ${to}`)
  return value
}
