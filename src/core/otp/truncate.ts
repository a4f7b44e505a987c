/**
 * Dynamic truncation (RFC 4226 §5.3): the 31 bits that start at byte `offset` (0 to 15) of a digest, given as its first
 * five big-endian words. Every word is read for every offset, because the offset is secret.
 */
export function truncate(words: Int32Array, offset: number): number {
  const start = offset >> 2
  const shift = (offset & 3) << 3
  let value = 0
  for (let i = 0; i < 4; i++) {
    const chosen = ((start ^ i) - 1) >> 31
    value |= chosen & ((words[i]! << shift) | ((words[i + 1]! >>> 1) >>> (31 - shift)))
  }
  return value & 0x7fffffff
}
