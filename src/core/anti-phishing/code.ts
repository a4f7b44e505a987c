import { argumentError, requireObject, requireText } from '../arguments.ts'
import { utf8 } from '../bytes.ts'
import { equalBytes } from '../compare.ts'
import { isCommon } from './frequent-words.ts'
import { wordsOf } from './words.ts'

/** What the code must not be, because whoever forges a mail may know these. */
export interface ForbiddenWords {
  readonly name?: string | undefined
  /** All addresses of the account. */
  readonly mails?: readonly string[] | undefined
  readonly appName?: string | undefined
  /** Pass it if the host has it at hand. The code is in every mail, so it must not be the password. */
  readonly password?: string | undefined
}

/** Why a code is refused. `personal`: it is a name, an address or the password. `common`: it is easy to guess. */
export type AntiPhishingRefusal = 'too-short' | 'too-long' | 'characters' | 'personal' | 'common'

export type AntiPhishingCheck =
  { readonly ok: true; readonly code: string } | { readonly ok: false; readonly reason: AntiPhishingRefusal }

const shortest = 4
const longest = 32

/** The most UTF-16 units of a text that is read. */
const longestText = 256

// Letters with up to two marks each, digits, and signs that cannot become markup, an address or a link.
const allowed = /^(?:\p{L}[\p{Mn}\p{Mc}]{0,2}|[\p{Nd} \-_'!?+*#,])+$/u

// Some letters and marks show nothing, such as the Hangul fillers and the variation selectors.
const invisible = /\p{Default_Ignorable_Code_Point}/u

function forbiddenTexts(forbidden: ForbiddenWords): { readonly known: readonly string[]; readonly password: string } {
  requireObject(forbidden, 'forbidden')
  const { name = '', mails = [], appName = '', password = '' } = forbidden
  requireText(name, 'forbidden.name')
  requireText(appName, 'forbidden.appName')
  requireText(password, 'forbidden.password')
  if (!Array.isArray(mails)) throw argumentError('forbidden.mails', 'an array')
  for (const mail of mails) requireText(mail, 'each of forbidden.mails')
  return { known: [name, appName, ...(mails as readonly string[])], password }
}

// Phones write typographic apostrophes and no-break spaces on their own. HTML shows a run of spaces as one space.
function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u2018\u2019]/g, "'")
    .split(/[ \u00A0\u202F]+/)
    .filter((word) => word !== '')
    .join(' ')
}

// A code is personal if all its words, alone or joined, are words of the name, the addresses or the application.
function isPersonal(code: string, texts: readonly string[]): boolean {
  const words = wordsOf(code)
  const known = new Set<string>()
  for (const text of texts) {
    const parts = wordsOf(text)
    for (const part of parts) known.add(part)
    known.add(parts.join(''))
    known.add(wordsOf(text.split('@')[0]!).join(''))
  }
  return words.length > 0 && (words.every((word) => known.has(word)) || known.has(words.join('')))
}

/**
 * Checks the word that a person wants to see in every genuine mail, and returns the form to keep: NFC, without outer
 * spaces and without double spaces.
 *
 * A code has 4 to 32 characters: letters of any script, digits, spaces, and the signs `- _ ' ! ? + * # ,`. Control,
 * bidi and invisible characters are refused. So are the person's name, addresses and password, the application's name,
 * and very common words. A value that is no string is refused for its characters. The code tells genuine mail from
 * forged mail only while nobody else reads a genuine one. It is no factor.
 *
 * @contract pure · length in characters · ok|too-short|too-long|characters|personal|common · throws NL_ARGUMENT
 * @example
 * checkAntiPhishingCode('Blue heron 7', { name: 'Ada', appName: 'Acme' }) // { ok: true, code: 'Blue heron 7' }
 */
export function checkAntiPhishingCode(text: unknown, forbidden: ForbiddenWords = {}): AntiPhishingCheck {
  const { known, password } = forbiddenTexts(forbidden)
  if (typeof text !== 'string') return { ok: false, reason: 'characters' }
  if (text.length > longestText) return { ok: false, reason: 'too-long' }
  const code = tidy(text)
  const length = Array.from(code).length
  if (length < shortest) return { ok: false, reason: 'too-short' }
  if (length > longest) return { ok: false, reason: 'too-long' }
  if (!allowed.test(code) || invisible.test(code)) return { ok: false, reason: 'characters' }
  const isPassword = equalBytes(utf8(code), utf8(tidy(password)))
  if (isPassword || isPersonal(code, [...known, password])) return { ok: false, reason: 'personal' }
  if (isCommon(code)) return { ok: false, reason: 'common' }
  return { ok: true, code }
}
