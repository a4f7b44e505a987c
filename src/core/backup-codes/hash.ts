import { argumentError, requireObject } from '../arguments.ts'
import { frame, requireBytes } from '../bytes.ts'
import { equalBytes } from '../compare.ts'
import { defaultProfile, shapeOf } from './profile.ts'
import type { BackupCodeProfile } from './profile.ts'
import { requireBackupCode } from './text.ts'

/** Parameters of a slow hash as plain data, kept beside the digests; `length` is in bytes. */
export interface SlowHashParams {
  readonly algorithm: 'scrypt'
  readonly N: number
  readonly r: number
  readonly p: number
  readonly length: number
}

/** Length of a digest in bytes. */
const digestLength = 32

/** Length of the one salt of a set in bytes; NIST asks for 4 or more [BC-5]. */
export const backupCodeSaltLength: number = 16

const params: Readonly<Record<BackupCodeProfile, SlowHashParams>> = {
  'crockford-13': Object.freeze({ algorithm: 'scrypt', N: 2 ** 14, r: 8, p: 1, length: digestLength }),
  // OWASP's full cost for guessable secrets, because six digits are.
  'numeric-6': Object.freeze({ algorithm: 'scrypt', N: 2 ** 14, r: 8, p: 5, length: digestLength }),
}

/**
 * The slow hash that a profile's codes are stored under. Both profiles are below 112 bits, so neither may do without.
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
 * The bytes that go into the slow hash, beside the salt of the set: frame(label, profile, canonical code).
 *
 * @contract pure · bytes · throws NL_ARGUMENT (not a code of the profile)
 * @example
 * await slowHash({ password: backupCodeHashInput('7K3M-Q9XTW-02A1'), salt, params: slowHashParams() })
 */
export function backupCodeHashInput(code: string, profile: BackupCodeProfile = defaultProfile): Uint8Array {
  return frame('nightlatch/backup-code/v1', profile, requireBackupCode(code, profile))
}

/**
 * Finds a digest among those of a set: its index, or -1. Every entry is compared, in constant time, also after a hit.
 * An entry that is no 32-byte digest matches nothing.
 *
 * @contract pure · outcomes index|-1 · throws NL_ARGUMENT
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
