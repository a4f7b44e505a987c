/** The longest text that can be an address: `0000:0000:0000:0000:0000:ffff:255.255.255.255`. */
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

/**
 * The one strict parser of the library. Reads `text` from `from` up to `to` into four words of 32 bits, the highest
 * first; an IPv4 address is written in its mapped form, so that all its spellings give the same numbers [IP-11].
 * Answers the family or, when the text is no address, the complement (`~`) of the position that is to blame: numbers
 * and no object, because every check passes here. It never steps back, so the time is linear; callers cap the length.
 */
export function readAddress(text: string, from: number, to: number, words: Uint32Array): number {
  const end = to < from + 5 ? to : from + 5
  for (let i = from; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code === DOT) break
    if (code === COLON) return readColons(text, from, to, words)
  }
  return readDotted(text, from, to, words)
}

/** Four decimal numbers, none above 255 and none with a leading zero, which some would read as octal [IP-12]. */
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

const groups = new Uint16Array(8)

/** Eight groups of one to four hexadecimal digits, one `::` for one or more zero groups, an optional dotted tail. */
function readColons(text: string, from: number, to: number, words: Uint32Array): number {
  let i = from
  let count = 0
  let gap = -1
  if (text.charCodeAt(i) === COLON) {
    if (i + 1 >= to || text.charCodeAt(i + 1) !== COLON) return ~(i + 1)
    gap = 0
    i += 2
  }
  while (i < to) {
    const start = i
    let group = 0
    let code = 0
    for (; i < to; i++) {
      code = text.charCodeAt(i)
      const digit = code < 128 ? hexDigits[code]! : -1
      if (digit < 0) break
      if (i === start + 4) return ~i
      group = (group << 4) | digit
    }
    if (i === start || count === 8) return ~start
    if (i < to && code === DOT) {
      if (count > 6) return ~i
      const answer = readDotted(text, start, to, words)
      if (answer < 0) return answer
      groups[count++] = words[3]! >>> 16
      groups[count++] = words[3]! & 0xffff
      break
    }
    groups[count++] = group
    if (i === to) break
    if (code !== COLON) return ~i
    i++
    if (i === to) return ~i
    if (text.charCodeAt(i) === COLON) {
      if (gap >= 0) return ~i
      gap = count
      i++
    }
  }
  if (gap < 0 ? count !== 8 : count === 8) return ~to
  if (gap >= 0) {
    groups.copyWithin(8 - (count - gap), gap, count)
    groups.fill(0, gap, 8 - (count - gap))
  }
  words[0] = (groups[0]! << 16) | groups[1]!
  words[1] = (groups[2]! << 16) | groups[3]!
  words[2] = (groups[4]! << 16) | groups[5]!
  words[3] = (groups[6]! << 16) | groups[7]!
  return isMapped(words) ? 4 : 6
}

/** Whether the numbers are an IPv4 address in its mapped form. */
export function isMapped(words: ArrayLike<number>): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === MAPPED
}
