import { requireBytes } from '../bytes.ts'
import type { OtpAlgorithm } from './arguments.ts'
import { refuse, requireAlgorithm, requireOptions, requireSecretBytes } from './arguments.ts'
import { Sha1Key } from './sha1-key.ts'
import { Sha2Key } from './sha2.ts'

/**
 * A secret whose HMAC key blocks are already hashed, from {@link prepareSecret}. It is worth as much as the secret
 * itself, so keep it in memory only. Logging or serializing it shows only its algorithm.
 */
export type PreparedSecret = Sha1Key | Sha2Key

/**
 * Hashes the key blocks of a secret once. This saves time for a caller who checks many codes of one authenticator.
 *
 * @contract pure · secret bytes (at least 1) · a prepared secret · throws NL_ARGUMENT · RFC 2104 §4
 * @example
 * const prepared = prepareSecret({ secret })
 * totp({ secret: prepared, now: 59_000 }) // '287082'
 */
export function prepareSecret(options: {
  readonly secret: Uint8Array
  readonly algorithm?: OtpAlgorithm | undefined
}): PreparedSecret {
  requireOptions(options)
  const algorithm = requireAlgorithm(options.algorithm)
  return hashKey(requireSecretBytes(options.secret), algorithm)
}

/** Refuses a value that is neither a raw secret nor one that was prepared for this algorithm. It hashes nothing. */
export function requireSecret(secret: unknown, algorithm: unknown): void {
  const asked = requireAlgorithm(algorithm)
  if (!isPrepared(secret)) requireSecretBytes(secret)
  else if (algorithm !== undefined && asked !== secret.algorithm) {
    refuse('algorithm must be the one that the secret was prepared for')
  }
}

/** The key of a secret that has passed {@link requireSecret}. */
export function keyOf(secret: Uint8Array | PreparedSecret, algorithm: OtpAlgorithm | undefined): PreparedSecret {
  return isPrepared(secret) ? secret : hashKey(secret, algorithm ?? 'SHA1')
}

function hashKey(secret: Uint8Array, algorithm: OtpAlgorithm): PreparedSecret {
  return algorithm === 'SHA1' ? new Sha1Key(secret) : new Sha2Key(algorithm, secret)
}

function isPrepared(secret: unknown): secret is PreparedSecret {
  return secret instanceof Sha1Key || secret instanceof Sha2Key
}

const secretLengths: Readonly<Record<OtpAlgorithm, number>> = { SHA1: 20, SHA256: 32, SHA512: 64 }

/**
 * Makes a new secret as long as the HMAC output: 20, 32 or 64 bytes [TOTP-4]. Take the entropy fresh from a
 * cryptographic random generator, because the secret has no other source [HOTP-5]. More bytes than the secret has are
 * not used.
 *
 * @contract pure · entropy bytes (at least as many as the secret) · a new Uint8Array · throws NL_ARGUMENT
 *   · RFC 6238 §5.1
 * @example
 * const secret = generateSecret({ entropy: crypto.getRandomValues(new Uint8Array(20)) })
 */
export function generateSecret(options: {
  readonly entropy: Uint8Array
  readonly algorithm?: OtpAlgorithm | undefined
}): Uint8Array {
  requireOptions(options)
  const length = secretLengths[requireAlgorithm(options.algorithm)]
  requireBytes(options.entropy, 'entropy')
  if (options.entropy.length < length) refuse(`entropy must be at least ${length} bytes for this algorithm`)
  return Uint8Array.from(options.entropy.subarray(0, length))
}
