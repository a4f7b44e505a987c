import type { Address } from './address.ts'
import { formatAddress } from './address.ts'

/**
 * The network of so many leading bits that an address is in, as a text. It is for limits over networks that are larger
 * than one sender: `203.0.113.0/24`, `2001:db8::/48`.
 */
export function prefixOf(address: Address, bits: number): string {
  const kept = (word: number, index: number): number => (word & maskOf(bits - 32 * index)) >>> 0
  if (address.family === 4) return `${formatAddress({ family: 4, words: [kept(address.words[0], 0)] })}/${bits}`
  const [a, b, c, d] = address.words
  const words = [kept(a, 0), kept(b, 1), kept(c, 2), kept(d, 3)] as const
  return `${formatAddress({ family: 6, words })}/${bits}`
}

/** Of one word. A shift by 32 does nothing, so that no bits at all are a case of their own. */
function maskOf(bits: number): number {
  return bits <= 0 ? 0 : -1 << Math.max(0, 32 - bits)
}
