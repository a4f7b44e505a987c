/**
 * The codes of {@link NightlatchError}. Faults of a programmer or of the infrastructure are thrown. A text that a
 * person typed never throws: it gives an outcome. Codes are stable, so match on `code` and not on the message.
 */
export type NightlatchErrorCode =
  /** The configuration is wrong. The message names the option and what it must be. */
  | 'NL_CONFIG'
  /** An argument has the wrong type or is out of its range. The message names the argument. */
  | 'NL_ARGUMENT'
  /** A key of the key ring is missing, weak, repeated or malformed. */
  | 'NL_KEYS'
  /** A sealed value names a key that the key ring does not have. */
  | 'NL_KEY_UNKNOWN'
  /** A sealed value does not open. It was changed, cut, or moved from another place. */
  | 'NL_SEAL_BROKEN'
  /** The storage failed, or answered something that its contract does not allow. */
  | 'NL_STORAGE_FAILED'
  /** A commit was sent, and it could not be found out whether it was stored. */
  | 'NL_STORAGE_UNKNOWN'
  /** The MAC of a stored record does not match. */
  | 'NL_RECORD_TAMPERED'
  /** A record is missing, but its history is there. */
  | 'NL_RECORD_MISSING'
  /** A record belongs to another realm. Each realm needs tables of its own. */
  | 'NL_REALM'
  /** A newer release wrote the record. This release does not touch it. */
  | 'NL_RECORD_NEWER'
  /** A record would be larger than its cap. */
  | 'NL_RECORD_TOO_LARGE'
  /** The host's slow hash failed. */
  | 'NL_SLOW_HASH_FAILED'
  /** The host's `describe` failed, or its answer is not a description. */
  | 'NL_DESCRIBE_FAILED'
  /** The mailer failed. The mail is tried again. */
  | 'NL_MAIL_FAILED'
  /** The mail system refused this address for good. It does not get the mail. */
  | 'NL_MAIL_REFUSED'
  /** The limiter's store failed or did not answer in time. */
  | 'NL_LIMITER_FAILED'
  /** The gateway for text messages failed, or did not accept a message. It is tried again. */
  | 'NL_SMS_FAILED'
  /** The gateway refused this number for good. It does not get the message. */
  | 'NL_SMS_REFUSED'

const brand: symbol = Symbol.for('nightlatch.error')

/** The only error class of the library. Its text never contains a secret or an expected value. */
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
 * Recognizes a {@link NightlatchError} by its brand. So the CommonJS build recognizes errors of the ESM build, and the
 * other way round.
 *
 * @contract pure · true|false · throws none
 * @example
 * isNightlatchError(new NightlatchError('NL_CONFIG', 'appName is missing')) // true
 */
export function isNightlatchError(value: unknown): value is NightlatchError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
}
