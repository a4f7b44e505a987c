import { argumentError, requireObject } from '../arguments.ts'
import { frame, requireBytes } from '../bytes.ts'
import { equalBytes } from '../compare.ts'
import { defaultProfile, shapeOf } from './profile.ts'
import type { BackupCodeProfile } from './profile.ts'
import { requireBackupCode } from './text.ts'

/** Parameters of a slow hash. They are plain data, because they are stored with the digests. `length` is in bytes. */
export interface SlowHashParams {
  readonly algorithm: 'scrypt'
  readonly N: number
  readonly r: number
  readonly p: number
  readonly length: number
}

/** Length of a digest in bytes. */
const digestLength = 32

/** Length in bytes of the salt. A set has one salt. NIST requires 4 bytes or more [BC-5]. */
export const backupCodeSaltLength: number = 16

const params: Readonly<Record<BackupCodeProfile, SlowHashParams>> = {
  'crockford-13': Object.freeze({ algorithm: 'scrypt', N: 2 ** 14, r: 8, p: 1, length: digestLength }),
  // Six digits can be guessed, so they get the full cost that OWASP recommends for passwords.
  'numeric-6': Object.freeze({ algorithm: 'scrypt', N: 2 ** 14, r: 8, p: 5, length: digestLength }),
}

/**
 * The slow hash under which the codes of a profile are stored. Both profiles carry less than 112 bits, so both need
 * one.
 *
 * @contract pure · length bytes · throws NL_ARGUMENT · NIST SP 800-63B §3.1.2.2, RFC 7914
 * @example
 * slowHashParams('crockford-13') // { algorithm: 'scrypt', N: 16384, r: 8, p: 1, length: 32 }
 */
export function slowHashParams(profile: BackupCodeProfile = defaultProfile): SlowHashParams {
  shapeOf(profile)
  return params[profile]
}

/**
 * The bytes that are hashed with the salt of the set: frame(label, profile, canonical code).
 *
 * @contract pure · bytes · throws NL_ARGUMENT (not a code of the profile)
 * @example
 * await slowHash({ password: backupCodeHashInput('7K3M-Q9XTW-02A1'), salt, params: slowHashParams() })
 */
export function backupCodeHashInput(code: string, profile: BackupCodeProfile = defaultProfile): Uint8Array {
  return frame('nightlatch/backup-code/v1', profile, requireBackupCode(code, profile))
}

/**
 * Finds a digest among those of a set and gives its index, or -1. Every entry is compared in constant time, also after
 * a match. Only entries of 32 bytes can match.
 *
 * @contract pure · index|-1 · throws NL_ARGUMENT
 * @example
 * matchBackupCode({ digest, digests }) // 3
 */
export function matchBackupCode(options: {
  readonly digest: Uint8Array
  readonly digests: readonly Uint8Array[]
}): number {
  requireObject(options, 'options')
  const { digest, digests } = options
  requireBytes(digest, 'digest')
  if (!Array.isArray(digests)) throw argumentError('digests', 'an array')
  let index = -1
  digests.forEach((entry: unknown, at) => {
    requireBytes(entry, 'each of digests')
    const hit = Number(equalBytes(digest, entry)) & Number(digest.length === digestLength)
    index += hit * (at - index)
  })
  return index
}
