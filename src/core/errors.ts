/**
 * What a programmer or the infrastructure causes is thrown as a {@link NightlatchError}; whatever a person can type
 * yields an outcome value instead. Codes are stable: match on `code`, not on the message.
 */
export type NightlatchErrorCode =
  /** The configuration given to a `create…` call is wrong; the message names the key and the fix. */
  | 'NL_CONFIG'
  /** A call was made with an argument of the wrong type or out of its range; the message names the argument. */
  | 'NL_ARGUMENT'
  /** The key ring is missing, weak, repeated or malformed. */
  | 'NL_KEYS'
  /** A sealed value names a key that the key ring does not hold. */
  | 'NL_KEY_UNKNOWN'
  /** A sealed value does not open: it was changed, cut, or moved from another place. */
  | 'NL_SEAL_BROKEN'
  /** The storage failed or answered something the contract does not allow. */
  | 'NL_STORAGE_FAILED'
  /** A commit was sent and its fate could not be learned. */
  | 'NL_STORAGE_UNKNOWN'
  /** A stored record does not authenticate. */
  | 'NL_RECORD_TAMPERED'
  /** A record is gone although its history is not. */
  | 'NL_RECORD_MISSING'
  /** A record was written by a newer release; this one refuses to touch it. */
  | 'NL_RECORD_NEWER'
  /** A record grew beyond the hard cap. */
  | 'NL_RECORD_TOO_LARGE'
  /** The slow hash that the host gave failed. */
  | 'NL_SLOW_HASH_FAILED'
  /** The host's `describe` failed, or gave something that is no description. */
  | 'NL_DESCRIBE_FAILED'
  /** The mailer failed. */
  | 'NL_MAIL_FAILED'
  /** The limiter's store failed or did not answer in time. */
  | 'NL_LIMITER_FAILED'
  /** The gateway for text messages failed, or did not accept one. */
  | 'NL_SMS_FAILED'

const brand: symbol = Symbol.for('nightlatch.error')

/** The one error class of the library. It never carries a secret or an expected value in its text. */
export class NightlatchError extends Error {
  override readonly name = 'NightlatchError'
  readonly code: NightlatchErrorCode

  constructor(code: NightlatchErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
    Object.defineProperty(this, brand, { value: true })
  }
}

/**
 * Recognizes a {@link NightlatchError} by its brand, so that an error of the ESM build is known in the CJS build too.
 *
 * @contract pure · outcomes true|false · throws none
 */
export function isNightlatchError(value: unknown): value is NightlatchError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
}
