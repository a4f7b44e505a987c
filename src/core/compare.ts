/**
 * Compares two byte strings in constant time. It is meant for digests and codes, whose lengths are public. So a
 * difference in length gives `false` at once.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}
