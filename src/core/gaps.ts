/**
 * What people type or paste around and between the characters of a code: every space, every dash, and everything that
 * shows nothing. A Japanese keyboard types the sign for a long vowel in place of a dash.
 */
const gap = /[\p{White_Space}\p{Dash}\p{Default_Ignorable_Code_Point}\u2043\u30FC\uFF70\uFFF9-\uFFFB]/u
const gaps = new RegExp(gap, 'gu')

/** Whether a character of a code counts for nothing. */
export function isGap(character: string): boolean {
  return gap.test(character)
}

/** A typed code without what counts for nothing. All codes are read in this one way. Callers limit the length. */
export function withoutGaps(text: string): string {
  return text.replace(gaps, '')
}
