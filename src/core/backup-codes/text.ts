import { argumentError } from '../arguments.ts'
import { defaultProfile, lengthOf, shapeOf } from './profile.ts'
import type { BackupCodeProfile } from './profile.ts'

/** Longest text looked at, in UTF-16 units: a code with a separator after each character is far below. */
const longestText = 128

// What people type or paste between the groups: white space, every dash, and the invisible marks that copying adds.
const separators = /[\s\p{Dash}\u00AD\u200B-\u200F\u202A-\u202E\u2043\u2060\u2066-\u2069]/gu

const fullWidthShift = 0xfee0

const lookalikes: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' }

// Case is folded for ASCII alone: `toUpperCase` would also turn a dotless i or a long s into letters of the alphabet.
function foldCharacter(code: number): string {
  const narrow = code >= 0xff01 && code <= 0xff5e ? code - fullWidthShift : code
  const upper = String.fromCharCode(narrow >= 0x61 && narrow <= 0x7a ? narrow - 0x20 : narrow)
  return lookalikes[upper] ?? upper
}

/**
 * Reads what a person typed as a backup code into its canonical text, or `null` if it has not the shape of one.
 *
 * Forgives case, white space, every Unicode dash, full-width characters, `O` for `0`, and `I` or `L` for `1`. Text of
 * more than 128 characters is not looked at. For any text or other value the answer is a value, never an exception.
 *
 * @contract pure · length in UTF-16 units · outcomes text|null · throws NL_ARGUMENT (unknown profile)
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
 * Tells whether a text has the shape of a backup code, so that a slow hash is worth its cost.
 *
 * @contract pure · outcomes true|false · throws NL_ARGUMENT (unknown profile)
 * @example
 * looksLikeBackupCode('123456') // false
 */
export function looksLikeBackupCode(text: unknown, profile: BackupCodeProfile = defaultProfile): boolean {
  return normalizeBackupCode(text, profile) !== null
}

/**
 * Prints a code in its groups, as it is shown to people: `7K3M-Q9XTW-02A1`, or six digits in one group.
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

/** The canonical text of a code that the caller vouches for; the error never repeats it. */
export function requireBackupCode(code: unknown, profile: BackupCodeProfile): string {
  const canonical = normalizeBackupCode(code, profile)
  if (canonical === null) throw argumentError('code', `a backup code of the profile ${profile}`)
  return canonical
}
