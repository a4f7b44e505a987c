import { withoutGaps } from './gaps.ts'

/** The longest text that is read as a code, in UTF-16 units. A code with two marks around each character is shorter. */
export const longestCode = 128

const asciiDigits = /^\d*$/
const decimal = /^\p{Nd}$/u

/** The value of a decimal digit of any script. It gives -1 for any other character. */
export function digitOf(character: string): number {
  if (!decimal.test(character)) return -1
  const code = character.codePointAt(0)!
  // The digits of a script follow each other from 0 to 9, and so do sets that touch each other (Unicode §4.6).
  let zero = code
  while (decimal.test(String.fromCodePoint(zero - 1))) zero--
  return (code - zero) % 10
}

/**
 * A typed code as plain ASCII digits, whatever script they are of. It gives `null` if the text has any other character,
 * or is longer than a code can be.
 */
export function plainDigits(text: unknown): string | null {
  if (typeof text !== 'string' || text.length > longestCode) return null
  if (asciiDigits.test(text)) return text
  let digits = ''
  for (const character of withoutGaps(text)) {
    const digit = digitOf(character)
    if (digit < 0) return null
    digits += digit
  }
  return digits
}
