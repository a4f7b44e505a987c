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

/** The groups of the IPv6 text that is being read. */
const groups = new Uint16Array(8)

/**
 * Reads `text` into four words of 32 bits, the highest first. It is strict, and every address passes through it. An
 * IPv4 address is written in its mapped form, so that all its spellings give the same numbers [IP-11]. The answer is
 * the family. For a text that is no address it is the complement (`~`) of the wrong position. It is a number and no
 * object, for speed. A text is read about twice at most, and never past its end. Callers limit the length.
 */
export function readAddress(text: string, words: Uint32Array): number {
  // Most IPv6 texts begin with four digits. For the others the IPv4 pass ends soon, and the IPv6 pass names the fault.
  if (text.length > 4 && text.charCodeAt(4) === COLON) return readColons(text, words)
  const answer = readDotted(text, 0, words)
  return answer > 0 ? answer : readColons(text, words)
}

/**
 * Reads four decimal numbers up to 255, from `from` to the end. A leading zero is refused, because some programs read
 * it as octal [IP-12].
 */
function readDotted(text: string, from: number, words: Uint32Array): number {
  let value = 0
  let octet = 0
  let start = from
  let dots = 0
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === DOT) {
      if (i === start || dots === 3) return ~i
      value = (value << 8) | octet
      octet = 0
      start = i + 1
      dots++
    } else {
      const digit = code - 48
      if (digit < 0 || digit > 9 || (octet === 0 && i > start)) return ~i
      octet = octet * 10 + digit
      if (octet > 255) return ~i
    }
  }
  if (dots !== 3 || start === text.length) return ~text.length
  words[0] = 0
  words[1] = 0
  words[2] = MAPPED
  words[3] = (value << 8) | octet
  return 4
}

/** Reads groups of one to four hexadecimal digits. The last two may be written as IPv4. */
function readColons(text: string, words: Uint32Array): number {
  let count = 0
  // The group before which `::` stands. It stands for one zero group or more, and may occur once.
  let gap = -1
  let group = 0
  let start = 0
  if (text.length > 0 && text.charCodeAt(0) === COLON) {
    if (text.length < 2 || text.charCodeAt(1) !== COLON) return ~1
    gap = 0
    start = 2
  }
  let i = start
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code !== COLON) {
      const digit = code < 128 ? hexDigits[code]! : -1
      if (digit < 0 || i === start + 4) break
      group = (group << 4) | digit
    } else {
      if (i === start ? gap >= 0 : count === 7) return ~i
      if (i === start) gap = count
      else groups[count++] = group
      group = 0
      start = i + 1
    }
  }
  if (i < text.length) {
    const answer = text.charCodeAt(i) === DOT ? readDotted(text, start, words) : ~i
    if (answer < 0) return answer
    if (count > 6) return ~i
    groups[count++] = words[3]! >>> 16
    group = words[3]! & 0xffff
  }
  if (start < text.length) groups[count++] = group
  else if (gap !== count) return ~text.length
  if (gap < 0 ? count !== 8 : count === 8) return ~text.length
  if (gap >= 0) widenGap(gap, 8 - count)
  words[0] = (groups[0]! << 16) | groups[1]!
  words[1] = (groups[2]! << 16) | groups[3]!
  words[2] = (groups[4]! << 16) | groups[5]!
  words[3] = (groups[6]! << 16) | groups[7]!
  return isMapped(words, 0) ? 4 : 6
}

/** Moves the groups from `gap` on to the end, and writes `zeros` groups of zero before them. */
function widenGap(gap: number, zeros: number): void {
  for (let i = 7; i >= gap + zeros; i--) groups[i] = groups[i - zeros]!
  for (let i = gap; i < gap + zeros; i++) groups[i] = 0
}

/** Whether the four words at `offset` are an IPv4 address in its mapped form. */
export function isMapped(words: ArrayLike<number>, offset: number): boolean {
  return words[offset] === 0 && words[offset + 1] === 0 && words[offset + 2] === MAPPED
}
