/**
 * Compares two byte strings without leaving early. Meant for digests and codes of equal, public length: a difference in
 * length answers `false` at once, because lengths are not secret here.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}
