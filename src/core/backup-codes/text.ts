import { argumentError } from '../arguments.ts'
import { defaultProfile, lengthOf, shapeOf } from './profile.ts'
import type { BackupCodeProfile } from './profile.ts'

/** The longest text that is read, in UTF-16 units. A code with a separator after each character is far shorter. */
const longestText = 128

// People type or paste these between the groups: white space, every dash, and invisible marks that copying adds.
const separators = /[\s\p{Dash}\u00AD\u200B-\u200F\u202A-\u202E\u2043\u2060\u2066-\u2069]/gu

const fullWidthShift = 0xfee0

const lookalikes: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' }

// Only ASCII letters become capitals. `toUpperCase` would also turn a dotless i or a long s into letters of a code.
function foldCharacter(code: number): string {
  const narrow = code >= 0xff01 && code <= 0xff5e ? code - fullWidthShift : code
  const upper = String.fromCharCode(narrow >= 0x61 && narrow <= 0x7a ? narrow - 0x20 : narrow)
  return lookalikes[upper] ?? upper
}

/**
 * Reads what a person typed as a backup code and gives its canonical text, or `null` if it does not have that shape.
 *
 * It accepts any case, white space, every Unicode dash, full-width characters, `O` for `0`, and `I` or `L` for `1`. A
 * text of more than 128 characters gives `null`. No text or other value makes it throw.
 *
 * @contract pure · length in UTF-16 units · text|null · throws NL_ARGUMENT (unknown profile)
 * @example
 * normalizeBackupCode('7k3m-q9xtw-o2al') // '7K3MQ9XTW02A1'
 */
export function normalizeBackupCode(text: unknown, profile: BackupCodeProfile = defaultProfile): string | null {
  const shape = shapeOf(profile)
  if (typeof text !== 'string' || text.length > longestText) return null
  const bare = text.replace(separators, '')
  if (bare.length !== lengthOf(shape)) return null
  let canonical = ''
  for (let i = 0; i < bare.length; i++) {
    const character = foldCharacter(bare.charCodeAt(i))
    if (!shape.alphabet.includes(character)) return null
    canonical += character
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
