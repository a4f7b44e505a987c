import { addressOf, formatAddress } from './address.ts'
import { LONGEST_ADDRESS, readAddress } from './read-address.ts'

/** Two addresses and the `-` between them. */
const LONGEST_RULE = 2 * LONGEST_ADDRESS + 1

export const FULL = 0xffffffff

/** Why a text is no rule. `at` is the first wrong position, `meant` the rule that was probably meant. */
export interface RuleRefusal {
  readonly reason: 'malformed' | 'host-bits' | 'everything' | 'mixed-families' | 'reversed'
  readonly at?: number
  readonly meant?: string
}

/**
 * Reads a rule into eight words: its first and its last address, both in mapped form. The answer is the family, or why
 * the text is refused. A rule that covers a whole family is refused unless `everything` is set [IP-13].
 */
export function readRule(text: unknown, everything: boolean, bounds: Uint32Array): 4 | 6 | RuleRefusal {
  if (typeof text !== 'string' || text.length > LONGEST_RULE) return { reason: 'malformed' }
  let mark = 0
  while (mark < text.length && text[mark] !== '/' && text[mark] !== '-') mark++
  const family = readAddress(text.slice(0, mark), bounds)
  if (family < 0) return { reason: 'malformed', at: ~family }
  if (text[mark] === '/') {
    const refusal = widen(text, mark, family, everything, bounds)
    if (refusal) return refusal
  } else if (text[mark] === '-') {
    const answer = readAddress(text.slice(mark + 1), last)
    if (answer < 0) return { reason: 'malformed', at: mark + 1 + ~answer }
    if (answer !== family) return { reason: 'mixed-families' }
    bounds.set(last, 4)
    if (isReversed(bounds)) return { reason: 'reversed', meant: `${text.slice(mark + 1)}-${text.slice(0, mark)}` }
  } else {
    bounds.copyWithin(4, 0, 4)
  }
  if (!everything && isEverything(family, bounds)) return { reason: 'everything' }
  return family as 4 | 6
}

const last = new Uint32Array(4)

/** Turns the address in `bounds` into a CIDR block. The prefix length stands after `slash`. */
function widen(
  text: string,
  slash: number,
  family: number,
  everything: boolean,
  bounds: Uint32Array,
): RuleRefusal | undefined {
  const length = readPrefixLength(text, slash + 1)
  const colons = family === 4 && text.includes(':')
  if (length < 0 || length > (family === 4 && !colons ? 32 : 128)) return { reason: 'malformed', at: slash + 1 }
  const shown = colons && length >= 96 ? length - 96 : length
  if (shown === 0 && !everything) return { reason: 'everything' }
  // An IPv4 address in IPv6 spelling. Either the block lies within ::ffff:0:0/96, or a prefix length of IPv4 was meant.
  if (colons && length < 96) {
    if (length > 32) return { reason: 'malformed', at: slash + 1 }
    applyPrefix(bounds, length + 96)
    return { reason: 'host-bits', meant: `${formatAddress(addressOf(bounds, 0))}/${length}` }
  }
  if (!applyPrefix(bounds, family === 4 ? shown + 96 : shown)) return undefined
  return { reason: 'host-bits', meant: `${formatAddress(addressOf(bounds, 0))}/${shown}` }
}

/** Reads one to three digits up to the end of the text, without a leading zero. It gives -1 for anything else. */
function readPrefixLength(text: string, from: number): number {
  const digits = text.length - from
  if (digits < 1 || digits > 3 || (digits > 1 && text[from] === '0')) return -1
  let length = 0
  for (let i = from; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    length = length * 10 + digit
  }
  return length
}

/** Writes the first and last address of the block. True if bits after the prefix were set. */
function applyPrefix(bounds: Uint32Array, length: number): boolean {
  let hostBits = false
  for (let word = 0; word < 4; word++) {
    const bits = length - 32 * word
    const hosts = bits >= 32 ? 0 : bits <= 0 ? FULL : FULL >>> bits
    if ((bounds[word]! & hosts) !== 0) hostBits = true
    bounds[word] = bounds[word]! & ~hosts
    bounds[word + 4] = bounds[word]! | hosts
  }
  return hostBits
}

function isReversed(bounds: Uint32Array): boolean {
  for (let word = 0; word < 4; word++) {
    if (bounds[word] !== bounds[word + 4]) return bounds[word]! > bounds[word + 4]!
  }
  return false
}

function isEverything(family: number, bounds: Uint32Array): boolean {
  for (let word = family === 4 ? 3 : 0; word < 4; word++) {
    if (bounds[word] !== 0 || bounds[word + 4] !== FULL) return false
  }
  return true
}
