import {
  backupCodeHashInput,
  backupCodeSaltLength,
  generateBackupCodes,
  matchBackupCode,
  slowHashParams,
} from 'nightlatch/backup-codes'
import type { BackupCodeProfile } from 'nightlatch/backup-codes'
import { createSlowHash, slowHash } from 'nightlatch/slow-hash'
import { describe, expect, it } from 'vitest'
import vectors from '../../vectors/backup-codes.json' with { type: 'json' }
import { expectHonest, expectHonestEverywhere, hostileValues } from '../hostile-values.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const digestOf = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)

describe('the stored form of a code', () => {
  it.each(vectors.hashes)('[BC-5] is salted scrypt over framed bytes: $profile', async (vector) => {
    const profile = vector.profile as BackupCodeProfile
    const input = backupCodeHashInput(vector.code, profile)
    expect(Buffer.from(input).toString('hex')).toBe(vector.input)
    const digest = await slowHash({ password: input, salt: bytes(vector.salt), params: slowHashParams(profile) })
    expect(Buffer.from(digest).toString('hex')).toBe(vector.digest)
  })

  it('[BC-5] costs scrypt N = 2^14, and five times that for six digits', () => {
    expect(slowHashParams()).toEqual({ algorithm: 'scrypt', N: 16384, r: 8, p: 1, length: 32 })
    expect(slowHashParams('numeric-6')).toEqual({ algorithm: 'scrypt', N: 16384, r: 8, p: 5, length: 32 })
    expect(Object.isFrozen(slowHashParams())).toBe(true)
    expect(backupCodeSaltLength * 8).toBeGreaterThanOrEqual(32)
  })

  it('is the same for every spelling of a code, and differs by profile', () => {
    const printed = backupCodeHashInput('7K3M-Q9XTW-02A1')
    expect(backupCodeHashInput('7k3mq9xtwo2al')).toEqual(printed)
    expect(backupCodeHashInput('123456', 'numeric-6')).not.toEqual(printed)
  })

  it('throws a NightlatchError without the text if it is no code', () => {
    expect(() => backupCodeHashInput('hunter2')).toThrow(/^code must be a backup code/)
    for (const value of hostileValues) expectHonest(() => backupCodeHashInput(value as string))
    for (const value of hostileValues) expectHonest(() => slowHashParams(value as BackupCodeProfile))
  })
})

describe('matchBackupCode', () => {
  const digests = [1, 2, 3, 4].map(digestOf)

  it.each([0, 1, 2, 3])('finds entry %i', (index) => {
    expect(matchBackupCode({ digest: digestOf(index + 1), digests })).toBe(index)
  })

  it('answers -1 if none matches', () => {
    expect(matchBackupCode({ digest: digestOf(9), digests })).toBe(-1)
    expect(matchBackupCode({ digest: digestOf(9), digests: [] })).toBe(-1)
    const almost = digestOf(1)
    almost[31] = 0
    expect(matchBackupCode({ digest: almost, digests })).toBe(-1)
  })

  it('matches nothing if the digest has another length', () => {
    for (const length of [0, 1, 31, 33, 64]) {
      const digest = new Uint8Array(length)
      expect(matchBackupCode({ digest, digests: [digest, digestOf(0)] })).toBe(-1)
      expect(matchBackupCode({ digest: digestOf(0), digests: [digest] })).toBe(-1)
    }
  })

  it('reads every byte of every entry, also after a match', () => {
    const reads: number[] = []
    const watched = [1, 2, 3].map((fill, at) => {
      const entry = digestOf(fill)
      reads[at] = 0
      return new Proxy(entry, {
        get(target, key) {
          if (typeof key === 'string' && /^\d+$/.test(key)) reads[at] = reads[at]! + 1
          return Reflect.get(target, key, target) as unknown
        },
      })
    })
    expect(matchBackupCode({ digest: digestOf(1), digests: watched })).toBe(0)
    expect(reads).toEqual([32, 32, 32])
  })

  it('answers hostile values with an index or a NightlatchError', () => {
    expectHonestEverywhere(matchBackupCode, { digest: digestOf(1), digests })
    for (const value of hostileValues) {
      expectHonest(() => matchBackupCode({ digest: digestOf(1), digests: [value as Uint8Array] }))
    }
  })
})

describe('one attempt', () => {
  it('[BC-6] costs one slow hash against a set of ten, right or wrong', async () => {
    let hashed = 0
    const counted = createSlowHash({
      native: async (request) => {
        hashed++
        return slowHash(request)
      },
    })
    const salt = new Uint8Array(backupCodeSaltLength)
    const hash = (code: string): Promise<Uint8Array> =>
      counted({ password: backupCodeHashInput(code), salt, params: { ...slowHashParams(), N: 16 } })
    const codes = generateBackupCodes({ entropy: digestOf(7) })
    const digests = await Promise.all(codes.map(hash))
    hashed = 0
    expect(matchBackupCode({ digest: await hash(codes[9]!), digests })).toBe(9)
    expect(hashed).toBe(1)
    expect(matchBackupCode({ digest: await hash('0000-00000-0000'), digests })).toBe(-1)
    expect(hashed).toBe(2)
  })
})
