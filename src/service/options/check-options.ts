import type { Settings } from '../../core/account/record/settings.ts'
import { caps, limits } from '../../core/limits.ts'
import type { Policy } from '../../core/policy/index.ts'
import { defaultPolicy, definePolicy } from '../../core/policy/policy.ts'
import type { Storage } from '../../ports/storage.ts'
import type { DeviceCookie } from '../keys/device-cookie.ts'
import { isKeyring } from '../keys/keyring.ts'
import { checkBackupCodes } from './backup-code-options.ts'
import { checkCookie } from './cookie-options.ts'
import { requireBeginnings } from './first-options.ts'
import { checkMethods } from './method-options.ts'
import {
  oneOf,
  optionError,
  rejectUnknown,
  requireFunction,
  requireLine,
  requireMethod,
  requirePart,
  wholeNumber,
} from './option-rules.ts'
import type { NightlatchOptions } from './options.ts'
import { checkPasskeys } from './passkey-options.ts'
import { isDeviceTrustTerms } from './relaxations.ts'
import type { SignInTerms } from './sign-in-options.ts'
import { checkSignIn } from './sign-in-options.ts'
import type { SmsCeilings } from './sms-options.ts'
import { checkSms, smsCeilings } from './sms-options.ts'
import { checkTotp } from './totp-options.ts'

const known: Readonly<Record<keyof NightlatchOptions, true>> = {
  appName: true,
  contact: true,
  storage: true,
  mailer: true,
  keys: true,
  describe: true,
  realm: true,
  policy: true,
  factors: true,
  methods: true,
  sms: true,
  passkeys: true,
  trustedDevices: true,
  totp: true,
  backupCodes: true,
  challenge: true,
  stepUp: true,
  sessions: true,
  outbox: true,
  sink: true,
  cookie: true,
  onCompromised: true,
  report: true,
  signIn: true,
  human: true,
  limiter: true,
  clock: true,
  random: true,
  slowHash: true,
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

export interface CheckedOptions {
  /** As they were when they were checked: a host may change its object later. */
  readonly options: NightlatchOptions
  readonly settings: Settings
  readonly ceilings: SmsCeilings
  readonly signInTerms: SignInTerms
  readonly cookie: DeviceCookie
}

/** Checks everything once, at creation; an error names the key and the fix. */
export function checkOptions(given: NightlatchOptions): CheckedOptions {
  if (typeof given !== 'object' || given === null) throw optionError('options', 'an object')
  const names = Object.keys(known) as (keyof NightlatchOptions)[]
  rejectUnknown('', given, names)
  const entries = names.map((name) => [name, given[name]] as const).filter(([, value]) => value !== undefined)
  const options: Partial<NightlatchOptions> = Object.fromEntries(entries)
  checkRequired(options)
  checkSweep(options.outbox)
  const sms = checkSms(options.sms)
  const passkeys = checkPasskeys(options.passkeys)
  const settings: Settings = {
    realm: checkRealm(options.realm),
    policy: checkPolicy(options.policy),
    ...checkChallenge(options.challenge),
    proofMs: checkProofLife(options.stepUp),
    sessionMs: checkSessionAge(options.sessions),
    totp: checkTotp(options.totp),
    backupCodes: checkBackupCodes(options.backupCodes),
    methods: checkMethods(options.methods, { totp: true, sms: sms !== null, passkey: passkeys !== null }),
    factors: oneOf(options.factors ?? 'multiple', 'factors', ['multiple', 'exclusive']),
    sms,
    passkeys,
    trustedDevices: checkTrust(options.trustedDevices),
  }
  return {
    options,
    settings,
    ceilings: smsCeilings(options.sms),
    signInTerms: checkSignIn(options),
    cookie: checkCookie(options.cookie),
  }
}

/** Every option that has no default is there. */
function checkRequired(options: Partial<NightlatchOptions>): asserts options is NightlatchOptions {
  requireBeginnings(options)
  checkNames(options)
  checkPorts(options)
}

function checkNames({ appName, contact }: Partial<NightlatchOptions>): void {
  requireLine(appName, 'appName', 64)
  if (/:|%3a/i.test(appName)) {
    throw optionError('appName', 'without a colon (also as %3A), which ends the name in a key URI')
  }
  requireLine(contact, 'contact')
}

function checkRealm(realm = 'main'): string {
  requireLine(realm, 'realm', limits.realmLength)
  return realm
}

function checkPorts(options: Partial<NightlatchOptions>): void {
  for (const method of storageMethods) requireMethod(options.storage, 'storage', method)
  requireMethod(options.mailer, 'mailer', 'send')
  if (!isKeyring(options.keys)) throw optionError('keys', 'what keyring() returns')
  requireFunction(options.describe, 'describe', 'a function from account id to description')
  if (options.limiter !== undefined) {
    for (const method of ['charge', 'giveBack']) requireMethod(options.limiter, 'limiter', method)
  }
  for (const name of ['clock', 'random', 'slowHash', 'sink', 'onCompromised', 'report'] as const) {
    if (options[name] !== undefined) requireFunction(options[name], name)
  }
}

function checkPolicy(policy: Policy | undefined): Policy {
  if (policy === undefined) return defaultPolicy
  if (typeof policy !== 'object' || policy === null) throw optionError('policy', 'an object')
  return definePolicy(policy)
}

function checkChallenge(options: NightlatchOptions['challenge']): Pick<Settings, 'challengeMs' | 'challengeTries'> {
  const { lifeMs, tries } = requirePart(options, 'challenge', { lifeMs: true, tries: true })
  return {
    challengeMs: wholeNumber(lifeMs ?? limits.challengeMs, 'challenge.lifeMs', 60_000, caps.challengeMs),
    challengeTries: wholeNumber(tries ?? limits.challengeTries, 'challenge.tries', 1, caps.challengeTries),
  }
}

function checkProofLife(options: NightlatchOptions['stepUp']): number {
  const { lifeMs } = requirePart(options, 'stepUp', { lifeMs: true })
  return wholeNumber(lifeMs ?? limits.proofMs, 'stepUp.lifeMs', 10_000, caps.proofMs)
}

function checkSessionAge(options: NightlatchOptions['sessions']): number {
  const { maxAgeMs } = requirePart(options, 'sessions', { maxAgeMs: true })
  return wholeNumber(maxAgeMs ?? limits.sessionMs, 'sessions.maxAgeMs', 300_000, caps.sessionMs)
}

function checkSweep(options: NightlatchOptions['outbox']): void {
  const { sweep } = requirePart(options, 'outbox', { sweep: true })
  oneOf(sweep ?? 'automatic', 'outbox.sweep', ['automatic', 'manual'])
}

function checkTrust(terms: NightlatchOptions['trustedDevices']): Settings['trustedDevices'] {
  if (terms === undefined) return null
  if (!isDeviceTrustTerms(terms)) throw optionError('trustedDevices', 'what trustDevices() returns')
  return terms
}
