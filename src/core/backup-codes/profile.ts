import { requireObject, requireOneOf } from '../arguments.ts'
import { NightlatchError } from '../errors.ts'

/**
 * The shape of a set's codes. `crockford-13` (the default) is 13 characters of Crockford's base32, 65 bits, enough to
 * stand for account recovery. `numeric-6` is six decimal digits as older systems print them, about 20 bits: weaker, and
 * good only as a second factor behind the shared attempt budget.
 */
export type BackupCodeProfile = 'crockford-13' | 'numeric-6'

/** What a backup code is meant to do: pass as a second factor, or stand for recovery of the whole account. */
export type BackupCodeUse = 'second-factor' | 'recovery'

interface ProfileShape {
  readonly alphabet: string
  /** Lengths of the groups, as printed. */
  readonly groups: readonly number[]
}

export const shapes: Readonly<Record<BackupCodeProfile, ProfileShape>> = {
  // I, L, O and U are left out of the alphabet, so reading 0 for O and 1 for I or L costs no entropy [BC-13].
  'crockford-13': { alphabet: '0123456789ABCDEFGHJKMNPQRSTVWXYZ', groups: [4, 5, 4] },
  'numeric-6': { alphabet: '0123456789', groups: [6] },
}

export const defaultProfile: BackupCodeProfile = 'crockford-13'

const profiles = Object.keys(shapes) as BackupCodeProfile[]

/** NIST SP 800-63B §3.1.2.1: six decimal digits are the floor for a look-up secret [BC-2]. */
const secondFactorBits = Math.log2(10 ** 6)
/** NIST SP 800-63B §4.2.1.1: the floor for a saved recovery code [BC-3]. */
const recoveryBits = 64

export function shapeOf(profile: BackupCodeProfile): ProfileShape {
  requireOneOf(profile, 'profile', profiles)
  return shapes[profile]
}

export function lengthOf(shape: ProfileShape): number {
  return shape.groups.reduce((sum, group) => sum + group, 0)
}

/**
 * Tells how many bits one code of a profile carries and what it may be used for.
 *
 * @contract pure · bits · throws NL_ARGUMENT · NIST SP 800-63B §3.1.2.1, §4.2.1.1
 * @example
 * backupCodeStrength('crockford-13') // { bits: 65, secondFactor: true, recovery: true }
 */
export function backupCodeStrength(profile: BackupCodeProfile = defaultProfile): {
  readonly bits: number
  readonly secondFactor: boolean
  readonly recovery: boolean
} {
  const shape = shapeOf(profile)
  const bits = lengthOf(shape) * Math.log2(shape.alphabet.length)
  return { bits, secondFactor: bits >= secondFactorBits, recovery: bits >= recoveryBits }
}

/**
 * Refuses a configuration whose codes carry fewer bits than their use asks for.
 *
 * @contract pure · nothing · throws NL_CONFIG, NL_ARGUMENT · NIST SP 800-63B §3.1.2.1, §4.2.1.1
 * @example
 * checkBackupCodeProfile({ profile: 'crockford-13', use: 'recovery' })
 */
export function checkBackupCodeProfile(config: {
  readonly profile: BackupCodeProfile
  readonly use: BackupCodeUse
}): void {
  requireObject(config, 'config')
  requireOneOf(config.use, 'use', ['second-factor', 'recovery'])
  const strength = backupCodeStrength(config.profile)
  if (config.use === 'recovery' ? !strength.recovery : !strength.secondFactor) {
    throw new NightlatchError(
      'NL_CONFIG',
      `backup codes of the profile ${config.profile} are too weak for ${config.use}: use crockford-13`,
    )
  }
}
