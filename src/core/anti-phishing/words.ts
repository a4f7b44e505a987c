/** Splits a text into words as a reader sees them: without case, marks, signs, or digits around a word. */
export function wordsOf(text: string): readonly string[] {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .map(trimDigits)
    .filter((word) => word !== '')
}

function trimDigits(word: string): string {
  return /\p{L}(?:.*\p{L})?/u.exec(word)?.[0] ?? ''
}
