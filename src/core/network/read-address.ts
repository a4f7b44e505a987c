/** The length of the longest text of an address: `0000:0000:0000:0000:0000:ffff:255.255.255.255`. */
export const LONGEST_ADDRESS = 45

/** The third word of every IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2). */
export const MAPPED = 0xffff

const DOT = 46
const COLON = 58

const hexDigits = new Int8Array(128).fill(-1)
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16)
  hexDigits[digit.charCodeAt(0)] = value
  hexDigits[digit.toUpperCase().charCodeAt(0)] = value
}

const groups = new Uint16Array(8)

/**
 * Reads `text` from `from` up to `to` into four words of 32 bits, the highest first. It is strict, and every address
 * passes through it. An IPv4 address is written in its mapped form, so that all its spellings give the same numbers
 * [IP-11]. The answer is the family. For a text that is no address it is the complement (`~`) of the wrong position. It
 * is a number and no object, for speed. No digit is read more than three times. Callers limit the length.
 */
export function readAddress(text: string, from: number, to: number, words: Uint32Array): number {
  if (beginsDotted(text, from)) return readDotted(text, from, to, words)
  let count = 0
  // The group before which `::` stands. It stands for one zero group or more, and may occur once.
  let gap = -1
  let group = 0
  let digits = 0
  let i = from
  if (to > from && text.charCodeAt(from) === COLON) {
    if (to < from + 2 || text.charCodeAt(from + 1) !== COLON) return ~(from + 1)
    gap = 0
    i = from + 2
  }
  for (; i < to; i++) {
    const code = text.charCodeAt(i)
    const digit = code < 128 ? hexDigits[code]! : -1
    if (digit >= 0) {
      group = (group << 4) | digit
      if (++digits > 4) return ~i
    } else if (code === COLON && digits > 0) {
      if (count === 7) return ~i
      groups[count++] = group
      group = 0
      digits = 0
    } else if (code === COLON) {
      if (gap >= 0) return ~i
      gap = count
    } else if (code === DOT) {
      const family = readDotted(text, i - digits, to, words)
      if (family < 0 || (count === 0 && gap < 0)) return family
      if (count > 6) return ~i
      groups[count++] = words[3]! >>> 16
      group = words[3]! & 0xffff
      break
    } else return ~i
  }
  if (digits > 0) groups[count++] = group
  else if (gap !== count) return ~to
  if (gap < 0 ? count !== 8 : count === 8) return ~to
  if (gap >= 0) {
    let target = 8
    while (count > gap) groups[--target] = groups[--count]!
    while (target > gap) groups[--target] = 0
  }
  words[0] = (groups[0]! << 16) | groups[1]!
  words[1] = (groups[2]! << 16) | groups[3]!
  words[2] = (groups[4]! << 16) | groups[5]!
  words[3] = (groups[6]! << 16) | groups[7]!
  return isMapped(words, 0) ? 4 : 6
}

/** Whether a dot follows one to three decimal digits. Such a text is IPv4 or no address. */
function beginsDotted(text: string, from: number): boolean {
  for (let i = from; i < from + 4; i++) {
    const code = text.charCodeAt(i)
    if (code === DOT) return i > from
    // Also the end of the text, which has no code.
    if (!(code >= 48 && code <= 57)) return false
  }
  return false
}

/** Reads four decimal numbers up to 255. A leading zero is refused, because some programs read it as octal [IP-12]. */
function readDotted(text: string, from: number, to: number, words: Uint32Array): number {
  let value = 0
  let octet = -1
  let dots = 0
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    const digit = code - 48
    if (digit >= 0 && digit <= 9) {
      if (octet === 0) return ~i
      octet = octet < 0 ? digit : octet * 10 + digit
      if (octet > 255) return ~i
    } else {
      if (code !== DOT || octet < 0 || dots === 3) return ~i
      value = (value << 8) | octet
      octet = -1
      dots++
    }
  }
  if (dots !== 3 || octet < 0) return ~to
  words[0] = 0
  words[1] = 0
  words[2] = MAPPED
  words[3] = (value << 8) | octet
  return 4
}

/** Whether the four words at `offset` are an IPv4 address in its mapped form. */
export function isMapped(words: ArrayLike<number>, offset: number): boolean {
  return words[offset] === 0 && words[offset + 1] === 0 && words[offset + 2] === MAPPED
}
