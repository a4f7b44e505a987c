/** {@link digitOf} answers this for a space or a dash, which people put between digits. */
export const skipped = -1

/** {@link digitOf} answers this for a character that no code has. */
export const foreign = -2

/**
 * The value of a digit, given as a UTF-16 code unit. Full-width digits count too. Any other unit gives {@link skipped}
 * or {@link foreign}.
 */
export function digitOf(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30
  if (unit === 0x20 || unit === 0x2d) return skipped
  if (unit >= 0xff10 && unit <= 0xff19) return unit - 0xff10
  return isDecoration(unit) ? skipped : foreign
}

/**
 * A typed code as plain ASCII digits. It gives `null` if the text has any other character, or more than `longest`
 * characters.
 */
export function plainDigits(text: unknown, longest: number): string | null {
  if (typeof text !== 'string' || text.length > longest) return null
  let digits = ''
  for (let i = 0; i < text.length; i++) {
    const digit = digitOf(text.charCodeAt(i))
    if (digit === foreign) return null
    if (digit !== skipped) digits += digit
  }
  return digits
}

function isDecoration(unit: number): boolean {
  return (
    unit === 0x09 ||
    unit === 0x0a ||
    unit === 0x0d ||
    unit === 0xa0 ||
    (unit >= 0x2000 && unit <= 0x200b) ||
    (unit >= 0x2010 && unit <= 0x2015) ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x2212 ||
    unit === 0x3000 ||
    unit === 0xfeff ||
    unit === 0xff0d
  )
}
