import { requireInteger, requireObject } from '../arguments.ts'
import { requireBytes } from '../bytes.ts'
import { NightlatchError } from '../errors.ts'
import { derive } from '../hmac.ts'
import { defaultProfile, lengthOf, shapeOf } from './profile.ts'
import type { BackupCodeProfile } from './profile.ts'
import { formatBackupCode } from './text.ts'

/** The most codes in one set. A record holds a digest of each. */
export const maxBackupCodes: number = 50

const defaultCount = 10
const minEntropyBytes = 32
const blockBytes = 64

/** Makes any number of bytes from the entropy, in blocks that each have a label of their own. */
function* expand(entropy: Uint8Array, profile: BackupCodeProfile): Generator<number, never> {
  for (let block = 0; ; block++) yield* derive(entropy, `backup-codes/${profile}/${block}`, blockBytes)
}

/**
 * Makes a set of distinct backup codes, in groups as they are shown to people.
 *
 * The same entropy gives the same set. So draw 32 bytes or more from the platform's generator for each set, and use
 * them for nothing else. The default is ten codes of 65 bits. `numeric-6` gives six digits, which are only good as a
 * second factor.
 *
 * @contract pure · entropy bytes, count codes · throws NL_ARGUMENT · NIST SP 800-63B §3.1.2.1
 * @example
 * generateBackupCodes({ entropy: crypto.getRandomValues(new Uint8Array(32)) }) // ['7K3M-Q9XTW-02A1', …]
 */
export function generateBackupCodes(options: {
  readonly entropy: Uint8Array
  readonly count?: number | undefined
  readonly profile?: BackupCodeProfile | undefined
}): string[] {
  requireObject(options, 'options')
  const { entropy, count = defaultCount, profile = defaultProfile } = options
  requireBytes(entropy, 'entropy')
  if (entropy.length < minEntropyBytes) {
    throw new NightlatchError('NL_ARGUMENT', `entropy must have ${minEntropyBytes} bytes or more`)
  }
  requireInteger(count, 'count', { from: 1, to: maxBackupCodes })
  const shape = shapeOf(profile)
  const length = lengthOf(shape)
  // Bytes from this bound on are not used: with them, the first characters would be more likely [BC-1].
  const bound = 256 - (256 % shape.alphabet.length)
  const stream = expand(entropy, profile)
  const codes = new Set<string>()
  let code = ''
  while (codes.size < count) {
    const byte = stream.next().value
    if (byte >= bound) continue
    code += shape.alphabet[byte % shape.alphabet.length]!
    if (code.length < length) continue
    codes.add(formatBackupCode(code, profile))
    code = ''
  }
  return [...codes]
}
