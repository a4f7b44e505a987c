import {
  backupCodeStrength,
  checkBackupCodeProfile,
  generateBackupCodes,
  slowHashParams,
} from 'nightlatch/backup-codes'
import type { BackupCodeProfile, BackupCodeUse } from 'nightlatch/backup-codes'
import { describe, expect, it } from 'vitest'
import { expectHonest, expectHonestEverywhere, hostileValues } from '../hostile-values.ts'

const profiles: readonly BackupCodeProfile[] = ['crockford-13', 'numeric-6']

describe('the strength of a profile', () => {
  it('is 65 bits by default, and about 20 bits for six digits', () => {
    expect(backupCodeStrength()).toEqual({ bits: 65, secondFactor: true, recovery: true })
    const { bits, ...uses } = backupCodeStrength('numeric-6')
    expect(bits).toBeCloseTo(19.93, 2)
    expect(uses).toEqual({ secondFactor: true, recovery: false })
  })

  it('[BC-2] no profile is below six decimal digits, and no shorter one can be configured', () => {
    for (const profile of profiles) {
      expect(backupCodeStrength(profile).bits).toBeGreaterThanOrEqual(Math.log2(1e6))
      expect(() => checkBackupCodeProfile({ profile, use: 'second-factor' })).not.toThrow()
    }
    const entropy = new Uint8Array(32)
    for (const weaker of ['numeric-4', 'numeric-5', 'crockford-3', '', 'toString']) {
      const profile = weaker as BackupCodeProfile
      expect(() => checkBackupCodeProfile({ profile, use: 'second-factor' })).toThrow(/^profile must be one of/)
      expect(() => generateBackupCodes({ entropy, profile })).toThrow(/^profile must be one of/)
    }
  })

  it('[BC-3] recovery needs 13 base32 characters: six digits are refused, and the error names the profile to use', () => {
    expect(() => checkBackupCodeProfile({ profile: 'crockford-13', use: 'recovery' })).not.toThrow()
    expect(() => checkBackupCodeProfile({ profile: 'numeric-6', use: 'recovery' })).toThrow(
      expect.objectContaining({ code: 'NL_CONFIG', message: expect.stringContaining('use crockford-13') as string }),
    )
  })

  it('[BC-5] every profile below 112 bits has a slow hash', () => {
    for (const profile of profiles) {
      expect(backupCodeStrength(profile).bits).toBeLessThan(112)
      expect(slowHashParams(profile).N).toBeGreaterThanOrEqual(2 ** 14)
    }
  })

  it('answers hostile values with nothing or a NightlatchError', () => {
    const good = { profile: 'numeric-6' as BackupCodeProfile, use: 'recovery' as BackupCodeUse }
    expectHonestEverywhere(checkBackupCodeProfile, good)
    for (const value of hostileValues) expectHonest(() => backupCodeStrength(value as BackupCodeProfile))
  })
})
