import { requireObject, requireOneOf } from '../arguments.ts'
import { NightlatchError } from '../errors.ts'

/**
 * The shape of the codes of a set. `crockford-13`, the default, is 13 characters of Crockford's base32. They carry 65
 * bits, enough to recover an account. `numeric-6` is six decimal digits, as older systems print them. They carry about
 * 20 bits, and are only good as a second factor whose attempts are limited.
 */
export type BackupCodeProfile = 'crockford-13' | 'numeric-6'

/** What a backup code is used for: as a second factor, or to recover the whole account. */
export type BackupCodeUse = 'second-factor' | 'recovery'

interface ProfileShape {
  readonly alphabet: string
  /** Lengths of the groups in which a code is shown. */
  readonly groups: readonly number[]
}

export const shapes: Readonly<Record<BackupCodeProfile, ProfileShape>> = {
  // The alphabet has no I, L, O and U. So I or L can be read as 1, and O as 0, without loss of entropy [BC-13].
  'crockford-13': { alphabet: '0123456789ABCDEFGHJKMNPQRSTVWXYZ', groups: [4, 5, 4] },
  'numeric-6': { alphabet: '0123456789', groups: [6] },
}

export const defaultProfile: BackupCodeProfile = 'crockford-13'

const profiles = Object.keys(shapes) as BackupCodeProfile[]

/** The least for a look-up secret: six decimal digits, NIST SP 800-63B §3.1.2.1 [BC-2]. */
const secondFactorBits = Math.log2(10 ** 6)
/** The least for a saved recovery code, NIST SP 800-63B §4.2.1.1 [BC-3]. */
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
 * Refuses a profile whose codes carry fewer bits than their use requires.
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
