import { argumentError, requireInteger, requireObject, requireOneOf, requireText } from '../arguments.ts'
import { frame, requireBytes } from '../bytes.ts'
import { equalBytes } from '../compare.ts'
import { plainDigits } from '../digits.ts'
import { isE164 } from '../e164.ts'
import type { CodePurpose } from '../flow.ts'
import { codePurposes } from '../flow.ts'
import { derive, hmacSha256 } from '../hmac.ts'

/** What a code is for. It counts for nothing else [SMS-7]. */
export type SmsPurpose = CodePurpose

export const smsPurposes: readonly SmsPurpose[] = /* @__PURE__ */ Object.freeze([...codePurposes])

const keyBytes = 32
const minEntropyBytes = 32
const wordsPerBlock = 8

/** Makes any number of 32-bit numbers from the entropy, in blocks that each have a label of their own. */
function* expand(entropy: Uint8Array): Generator<number, never> {
  for (let block = 0; ; block++) {
    const bytes = derive(entropy, `sms-code/${block}`, wordsPerBlock * 4)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    for (let i = 0; i < wordsPerBlock; i++) yield view.getUint32(i * 4)
  }
}

/**
 * Makes a code of digits. Every code is equally likely, and zeros on the left are kept. The same entropy gives the same
 * code.
 *
 * @contract pure · entropy bytes, digits 6 to 8 · code · throws NL_ARGUMENT · NIST SP 800-63B §3.1.3.2
 * @example
 * generateSmsCode({ entropy: crypto.getRandomValues(new Uint8Array(32)) }) // '049173'
 */
export function generateSmsCode(options: {
  readonly entropy: Uint8Array
  readonly digits?: number | undefined
}): string {
  requireObject(options, 'options')
  const { entropy, digits = 6 } = options
  requireBytes(entropy, 'entropy')
  if (entropy.length < minEntropyBytes) {
    throw argumentError('entropy', `of ${minEntropyBytes} bytes or more`)
  }
  requireInteger(digits, 'digits', { from: 6, to: 8 })
  const codes = 10 ** digits
  // Numbers from this bound on are not used: with them, lower codes would be more likely.
  const bound = 2 ** 32 - (2 ** 32 % codes)
  const stream = expand(entropy)
  let value = stream.next().value
  while (value >= bound) value = stream.next().value
  return String(value % codes).padStart(digits, '0')
}

/**
 * Tells whether a normalized text has the shape of a code: 6 to 8 ASCII digits. A typed text of another shape does not
 * count as a guess.
 *
 * @contract pure · true|false · throws none
 * @example
 * isSmsCode('049173') // true
 */
export function isSmsCode(text: unknown): text is string {
  return typeof text === 'string' && /^\d{6,8}$/.test(text)
}

/**
 * Reads what a person typed as ASCII digits. Spaces, dashes and characters that show nothing are dropped. Digits of any
 * script become ASCII digits. A text with any other character, or with more than 128 characters, gives `null`.
 *
 * @contract pure · string|null · throws none
 * @example
 * normalizeSmsCode('049 173') // '049173'
 */
export function normalizeSmsCode(text: unknown): string | null {
  return plainDigits(text)
}

/** Everything that a code is bound to [SMS-7]. */
export interface SmsBinding {
  /** 32 bytes. It is used for these digests only. */
  readonly key: Uint8Array
  /** It names the account and the request, and is unique over all accounts. */
  readonly challenge: string
  readonly purpose: SmsPurpose
  /** E.164 */
  readonly phone: string
}

/**
 * The digest that is stored in place of a code: HMAC-SHA-256 over the code and all that it is bound to [SMS-7, SMS-8].
 *
 * @contract pure · key 32 bytes · digest of 32 bytes · throws NL_ARGUMENT · RFC 2104
 * @example
 * const digest = smsDigest({ key, challenge: 'c1', purpose: 'login', phone: '+36301234567', code: '049173' })
 */
export function smsDigest(options: SmsBinding & { readonly code: string }): Uint8Array {
  requireObject(options, 'options')
  const { code, ...binding } = options
  if (!isSmsCode(code)) throw argumentError('code', 'a text of 6 to 8 digits')
  return digestOf(binding, code)
}

function digestOf({ key, challenge, purpose, phone }: SmsBinding, code: string): Uint8Array {
  requireBytes(key, 'key')
  if (key.length !== keyBytes) throw argumentError('key', `of ${keyBytes} bytes`)
  requireText(challenge, 'challenge')
  if (challenge === '') throw argumentError('challenge', 'a text that is not empty')
  requireOneOf(purpose, 'purpose', smsPurposes)
  if (!isE164(phone)) throw argumentError('phone', 'a number in E.164 form')
  return hmacSha256(key, frame('nightlatch/sms-code/v1', purpose, challenge, phone, code))
}

/**
 * Tells whether a typed text is the code of a digest. The comparison takes constant time. A text that cannot be a code
 * gives `false`.
 *
 * @contract pure · key and digest 32 bytes · true|false · throws NL_ARGUMENT
 * @example
 * const binding = { key, challenge: 'c1', purpose: 'login', phone: '+36301234567' } as const
 * matchesSmsCode({ ...binding, digest: smsDigest({ ...binding, code: '049173' }), text: '049 173' }) // true
 */
export function matchesSmsCode(
  options: SmsBinding & {
    readonly digest: Uint8Array
    /** As typed. */
    readonly text: unknown
  },
): boolean {
  requireObject(options, 'options')
  const { digest, text, ...binding } = options
  requireBytes(digest, 'digest')
  const code = normalizeSmsCode(text) ?? ''
  return equalBytes(digestOf(binding, code), digest) && isSmsCode(code)
}
