import { argumentError } from '../arguments.ts'
import { digitOf, longestCode } from '../digits.ts'
import { withoutGaps } from '../gaps.ts'
import { defaultProfile, lengthOf, shapeOf } from './profile.ts'
import type { BackupCodeProfile } from './profile.ts'

const fullWidthShift = 0xfee0

const lookalikes: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' }

// Only ASCII letters become capitals. `toUpperCase` would also turn a dotless i or a long s into letters of a code.
function foldCharacter(character: string): string {
  const digit = digitOf(character)
  if (digit >= 0) return String(digit)
  const code = character.codePointAt(0)!
  const narrow = code >= 0xff01 && code <= 0xff5e ? code - fullWidthShift : code
  const upper = String.fromCodePoint(narrow >= 0x61 && narrow <= 0x7a ? narrow - 0x20 : narrow)
  return lookalikes[upper] ?? upper
}

/**
 * Reads what a person typed as a backup code and gives its canonical text, or `null` if it does not have that shape.
 *
 * It drops every space, every dash, and every character that shows nothing. It accepts any case, full-width characters,
 * digits of any script, `O` for `0`, and `I` or `L` for `1`. A text of more than 128 characters gives `null`. No text
 * or other value makes it throw.
 *
 * @contract pure · length in UTF-16 units · text|null · throws NL_ARGUMENT (unknown profile)
 * @example
 * normalizeBackupCode('7k3m-q9xtw-o2al') // '7K3MQ9XTW02A1'
 */
export function normalizeBackupCode(text: unknown, profile: BackupCodeProfile = defaultProfile): string | null {
  const shape = shapeOf(profile)
  if (typeof text !== 'string' || text.length > longestCode) return null
  const typed = Array.from(withoutGaps(text))
  if (typed.length !== lengthOf(shape)) return null
  let canonical = ''
  for (const character of typed) {
    const folded = foldCharacter(character)
    if (!shape.alphabet.includes(folded)) return null
    canonical += folded
  }
  return canonical
}

/**
 * Tells whether a text has the shape of a backup code. For any other text no slow hash is needed.
 *
 * @contract pure · true|false · throws NL_ARGUMENT (unknown profile)
 * @example
 * looksLikeBackupCode('123456') // false
 */
export function looksLikeBackupCode(text: unknown, profile: BackupCodeProfile = defaultProfile): boolean {
  return normalizeBackupCode(text, profile) !== null
}

/**
 * Writes a code in groups, as it is shown to people: `7K3M-Q9XTW-02A1`, or six digits in one group.
 *
 * @contract pure · text · throws NL_ARGUMENT (not a code of the profile)
 * @example
 * formatBackupCode('7K3MQ9XTW02A1') // '7K3M-Q9XTW-02A1'
 */
export function formatBackupCode(code: string, profile: BackupCodeProfile = defaultProfile): string {
  let rest = requireBackupCode(code, profile)
  const printed: string[] = []
  for (const group of shapeOf(profile).groups) {
    printed.push(rest.slice(0, group))
    rest = rest.slice(group)
  }
  return printed.join('-')
}

/** For callers that hold a code, not a typed text. The error does not repeat the text, because it may be a secret. */
export function requireBackupCode(code: unknown, profile: BackupCodeProfile): string {
  const canonical = normalizeBackupCode(code, profile)
  if (canonical === null) throw argumentError('code', `a backup code of the profile ${profile}`)
  return canonical
}
