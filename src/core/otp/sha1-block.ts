/**
 * The SHA-1 compression function (FIPS 180-4 §6.1.2): folds one block of sixteen big-endian words into a state.
 *
 * It is written by hand for speed. A one-time password hashes blocks of a few words, under a key whose own blocks are
 * hashed only once. No general hash object offers this cheaply. No branch and no index depends on the data: every loop
 * runs over constants.
 *
 * @param words eighty words; the first sixteen are the block, the others are overwritten
 * @param from the state before, five words
 * @param into the state after, written over the first five words; may be `from` or `words`
 */
export function compressSha1(words: Int32Array, from: Int32Array, into: Int32Array): void {
  // Four words at a time. A word depends on the third before it, so three of them are independent.
  for (let i = 16; i < 80; i += 4) {
    words[i] = rotate1(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!)
    words[i + 1] = rotate1(words[i - 2]! ^ words[i - 7]! ^ words[i - 13]! ^ words[i - 15]!)
    words[i + 2] = rotate1(words[i - 1]! ^ words[i - 6]! ^ words[i - 12]! ^ words[i - 14]!)
    words[i + 3] = rotate1(words[i]! ^ words[i - 5]! ^ words[i - 11]! ^ words[i - 13]!)
  }
  let a = from[0]!
  let b = from[1]!
  let c = from[2]!
  let d = from[3]!
  let e = from[4]!
  for (let i = 0; i < 20; i++) {
    const next = (((a << 5) | (a >>> 27)) + (d ^ (b & (c ^ d))) + e + 0x5a827999 + words[i]!) | 0
    e = d
    d = c
    c = (b << 30) | (b >>> 2)
    b = a
    a = next
  }
  for (let i = 20; i < 40; i++) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0x6ed9eba1 + words[i]!) | 0
    e = d
    d = c
    c = (b << 30) | (b >>> 2)
    b = a
    a = next
  }
  for (let i = 40; i < 60; i++) {
    const next = (((a << 5) | (a >>> 27)) + ((b & c) | (d & (b | c))) + e + 0x8f1bbcdc + words[i]!) | 0
    e = d
    d = c
    c = (b << 30) | (b >>> 2)
    b = a
    a = next
  }
  for (let i = 60; i < 80; i++) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0xca62c1d6 + words[i]!) | 0
    e = d
    d = c
    c = (b << 30) | (b >>> 2)
    b = a
    a = next
  }
  into[0] = (from[0]! + a) | 0
  into[1] = (from[1]! + b) | 0
  into[2] = (from[2]! + c) | 0
  into[3] = (from[3]! + d) | 0
  into[4] = (from[4]! + e) | 0
}

function rotate1(word: number): number {
  return (word << 1) | (word >>> 31)
}
