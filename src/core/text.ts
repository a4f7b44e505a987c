import { requireInteger, requireText } from './arguments.ts'

const plain = /^[\x20-\x7e]*$/
const breaking = /[\p{Cc}\p{Zl}\p{Zp}]/u
const invisible = /[\p{Default_Ignorable_Code_Point}\u{FFF9}-\u{FFFB}]/u
const loneSurrogate = /\p{Cs}/u

function cleanCharacter(character: string): string {
  if (breaking.test(character)) return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  if (invisible.test(character)) return ''
  return loneSurrogate.test(character) ? '\ufffd' : character
}

/** The number of code points. An escape has six. Any other piece has one or none: a surrogate pair is one. */
function widthOf(piece: string): number {
  return piece.length > 2 ? piece.length : Math.min(piece.length, 1)
}

/**
 * Makes text from outside safe for a row, a log line, a mail or a terminal [LOG-5, MAIL-1]. Controls and line breaks
 * become escapes (`\u000a`). Characters that show nothing are removed: bidi controls, zero-width characters, fillers,
 * variation selectors. Lone surrogates become U+FFFD. The result has at most `maxLength` code points. If text was cut,
 * the last one is `…`. Cleaning a text twice changes nothing more. Two different texts may give the same result.
 *
 * @contract pure · maxLength code points · the text · throws NL_ARGUMENT · LOG-5
 * @example
 * cleanText('Chrome\n[admin] ok', 64) // 'Chrome\\u000a[admin] ok'
 */
export function cleanText(text: string, maxLength: number): string {
  requireText(text, 'text')
  requireInteger(maxLength, 'maxLength', { from: 1, to: 65_536 })
  if (text.length <= maxLength && plain.test(text)) return text
  const kept: string[] = []
  let length = 0
  for (const character of text) {
    const piece = cleanCharacter(character)
    const width = widthOf(piece)
    if (length + width > maxLength) return cut(kept, length, maxLength)
    if (width > 0) kept.push(piece)
    length += width
  }
  return kept.join('')
}

/** Removes whole pieces until the ellipsis fits. So no escape is cut in two. */
function cut(pieces: readonly string[], length: number, maxLength: number): string {
  let end = pieces.length
  let left = length
  while (left + 1 > maxLength) {
    left -= widthOf(pieces[--end]!)
  }
  return `${pieces.slice(0, end).join('')}…`
}
