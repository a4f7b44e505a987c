import { requireInteger, requireText } from './arguments.ts'

const plain = /^[\x20-\x7e]*$/
const breaking = /[\p{Cc}\p{Zl}\p{Zp}]/u
const invisible = /[\p{Default_Ignorable_Code_Point}\u{FFF9}-\u{FFFB}]/u
const loneSurrogate = /\p{Cs}/u

function shown(character: string): string {
  if (breaking.test(character)) return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  if (invisible.test(character)) return ''
  return loneSurrogate.test(character) ? '\ufffd' : character
}

/** Code points: an escape has six, anything else one (a surrogate pair has two code units) or none. */
function widthOf(piece: string): number {
  return piece.length > 2 ? piece.length : Math.min(piece.length, 1)
}

/**
 * Makes text from outside fit for a row, a log line, a mail or a terminal [LOG-5, MAIL-1]. Controls and line breaks are
 * written out (`\u000a`), characters that show nothing (bidi controls, zero-width characters, fillers, variation
 * selectors) are removed, lone surrogates become U+FFFD. The result has at most `maxLength` code points, the last of
 * them `…` if text was cut. Cleaning twice changes nothing; two texts may become one.
 *
 * @contract pure · maxLength code points · outcomes text · throws NL_ARGUMENT · LOG-5
 */
export function cleanText(text: string, maxLength: number): string {
  requireText(text, 'text')
  requireInteger(maxLength, 'maxLength', { from: 1, to: 65_536 })
  if (text.length <= maxLength && plain.test(text)) return text
  const kept: string[] = []
  let length = 0
  for (const character of text) {
    const piece = shown(character)
    const width = widthOf(piece)
    if (length + width > maxLength) return cut(kept, length, maxLength)
    if (width > 0) kept.push(piece)
    length += width
  }
  return kept.join('')
}

/** Takes whole pieces away until the ellipsis fits: an escape is never halved. */
function cut(pieces: readonly string[], length: number, maxLength: number): string {
  let end = pieces.length
  let left = length
  while (left + 1 > maxLength) {
    left -= widthOf(pieces[--end]!)
  }
  return `${pieces.slice(0, end).join('')}…`
}
