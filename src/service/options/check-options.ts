import { checkBackupCodeProfile } from '../../core/backup-codes/profile.ts'
import { NightlatchError } from '../../core/errors.ts'
import { caps, limits } from '../../core/limits.ts'
import type { Method } from '../../core/factor.ts'
import { methods } from '../../core/factor.ts'
import { checkRelyingParty } from '../../core/passkeys/relying-party.ts'
import { defaultPolicy, definePolicy } from '../../core/policy/policy.ts'
import type { Settings } from '../../core/account/record/settings.ts'
import { checkCountries } from '../../core/sms/phone.ts'
import { checkDomain } from '../../core/sms/origin-bound.ts'
import { checkSendLimits } from '../../core/sms/sends.ts'
import { smsLimits, smsSendLimits } from '../../core/sms/limits.ts'
import type { Storage } from '../../ports/storage.ts'
import { isKeyring } from '../keys/keyring.ts'
import type { NightlatchOptions, SmsCeilings } from './options.ts'
import { isDeviceTrustTerms } from './relaxations.ts'

const known: { readonly [K in keyof Required<NightlatchOptions>]: readonly string[] | null } = {
  appName: null,
  contact: null,
  storage: null,
  mailer: null,
  keys: null,
  describe: null,
  policy: null,
  factors: null,
  methods: null,
  sms: ['sender', 'countries', 'defaultCountry', 'domain', 'lifeMs', 'sends', 'ceilings', 'risk'],
  passkeys: ['verifier', 'counterRegression', 'synced'],
  trustedDevices: null,
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
  const sms = checkSms(options)
  const passkeys = checkPasskeys(options)
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
    methods: checkMethods(options),
    factors: oneOf(options.factors ?? 'multiple', 'factors', ['multiple', 'exclusive']),
    sms,
    passkeys,
    trustedDevices: checkTrust(options),
  }
}

function checkSms(options: NightlatchOptions): Settings['sms'] {
  if (options.sms === undefined) return null
  const { sender, countries, defaultCountry, domain, lifeMs, sends, risk } = part(options, 'sms')
  requireMethod(sender, 'sms.sender', 'send')
  const allowed = checkCountries(countries)
  if (allowed.length === 0) throw config('sms.countries', "a list that names a country, such as ['HU']")
  if (defaultCountry !== undefined && !allowed.includes(defaultCountry)) {
    throw config('sms.defaultCountry', 'one of sms.countries, in capitals')
  }
  if (domain !== undefined) checkDomain(domain)
  if (risk !== undefined && typeof risk !== 'function') throw config('sms.risk', 'a function')
  const { codeMs, longestCodeMs } = smsLimits
  if (sends !== undefined && (typeof sends !== 'object' || sends === null)) throw config('sms.sends', 'an object')
  const limited = { ...smsSendLimits, ...sends }
  rejectUnknown('sms.sends.', sends ?? {}, Object.keys(smsSendLimits))
  try {
    checkSendLimits(limited)
  } catch (error) {
    throw new NightlatchError('NL_CONFIG', 'createNightlatch: sms.sends is out of range', { cause: error })
  }
  return {
    countries: allowed,
    codeMs: whole(lifeMs ?? codeMs, 'sms.lifeMs', 60_000, longestCodeMs),
    sends: limited,
  }
}

const defaultCeilings: SmsCeilings = { numberDaily: 20, networkHourly: 20, countryHourly: 500, totalHourly: 2000 }

export function smsCeilings({ sms }: NightlatchOptions): SmsCeilings {
  const given: unknown = sms?.ceilings ?? {}
  if (typeof given !== 'object' || given === null) throw config('sms.ceilings', 'an object')
  rejectUnknown('sms.ceilings.', given, Object.keys(defaultCeilings))
  const ceilings = { ...defaultCeilings, ...given }
  for (const [name, value] of Object.entries(ceilings)) whole(value, `sms.ceilings.${name}`, 1, 1_000_000_000)
  return ceilings
}

function checkPasskeys(options: NightlatchOptions): Settings['passkeys'] {
  if (options.passkeys === undefined) return null
  const { verifier, counterRegression = 'refuse', synced = 'accept' } = part(options, 'passkeys')
  requireMethod(verifier, 'passkeys.verifier', 'verifyRegistration')
  requireMethod(verifier, 'passkeys.verifier', 'verifyAssertion')
  return {
    relyingParty: checkRelyingParty(verifier.relyingParty),
    counterRegression: oneOf(counterRegression, 'passkeys.counterRegression', ['refuse', 'report']),
    synced: oneOf(synced, 'passkeys.synced', ['accept', 'refuse']),
  }
}

function checkMethods(options: NightlatchOptions): readonly Method[] {
  const configured = methods.filter(
    (method) => method === 'totp' || (method === 'sms' ? options.sms : options.passkeys) !== undefined,
  )
  const { methods: given = configured } = options
  if (!Array.isArray(given) || given.length === 0) throw config('methods', 'a list of methods that is not empty')
  for (const method of given) requireOneOf(method, 'each of methods', methods)
  const missing = given.find((method) => !configured.includes(method))
  if (missing !== undefined) throw config('methods', `without ${missing}, which has no option ${missing}`)
  if (given.every((method) => method === 'sms')) {
    throw config(
      'methods',
      'more than sms: a phone number is a restricted authenticator, and nobody may have to use it',
    )
  }
  return methods.filter((method) => given.includes(method))
}

function checkTrust({ trustedDevices }: NightlatchOptions): Settings['trustedDevices'] {
  if (trustedDevices === undefined) return null
  if (!isDeviceTrustTerms(trustedDevices)) throw config('trustedDevices', 'what trustDevices() returns')
  return trustedDevices
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

function part<K extends 'totp' | 'backupCodes' | 'challenge' | 'stepUp' | 'outbox' | 'sms' | 'passkeys'>(
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

function oneOf<Value extends string>(value: Value, key: string, allowed: readonly Value[]): Value {
  requireOneOf(value, key, allowed)
  return value
}

function whole(value: number, key: string, from: number, to: number): number {
  if (!Number.isSafeInteger(value) || value < from || value > to)
    throw config(key, `a whole number from ${from} to ${to}`)
  return value
}
