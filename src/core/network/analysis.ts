import { NightlatchError } from '../errors.ts'
import { compareKeys, mergeRules } from './boundaries.ts'
import type { Boundaries } from './boundaries.ts'
import { isMapped } from './read-address.ts'
import { orderOf, readRules } from './rule.ts'
import type { RuleInput } from './rule.ts'

/** How many addresses a list covers. Each address counts once. */
export interface Coverage {
  readonly ipv4: number
  readonly ipv6: bigint
}

/**
 * Counts the addresses that a list covers, so that a page can warn of a rule that is wider than it looks. Rules that
 * cover a whole family need no acknowledgement here.
 *
 * @contract pure · numbers of addresses · throws NL_ARGUMENT
 * @example
 * coverage(['10.0.0.0/8', '10.1.0.0/16', '2001:db8::/64']) // { ipv4: 16777216, ipv6: 18446744073709551616n }
 */
export function coverage(rules: readonly RuleInput[]): Coverage {
  const read = readRules(rules, true)
  const ipv4 = mergeRules(
    read,
    orderOf(read, (at) => isMapped(read, at)),
    1,
  )
  const ipv6 = mergeRules(
    read,
    orderOf(read, (at) => !isMapped(read, at)),
    4,
  )
  return { ipv4: Number(sizeOf(ipv4)), ipv6: sizeOf(ipv6) }
}

function sizeOf({ keys, width }: Boundaries): bigint {
  let sum = 0n
  for (let at = 0; at < keys.length; at += 2 * width) {
    const end = at + width < keys.length ? valueOf(keys, at + width, width) : 1n << BigInt(32 * width)
    sum += end - valueOf(keys, at, width)
  }
  return sum
}

function valueOf(keys: Uint32Array, at: number, width: number): bigint {
  return keys.subarray(at, at + width).reduce((value, word) => (value << 32n) | BigInt(word), 0n)
}

/** Two rules that share addresses, by their indexes in the list. `relation` is that of `first` to `second`. */
export interface Overlap {
  readonly first: number
  readonly second: number
  readonly relation: 'same' | 'contains' | 'within' | 'crosses'
}

/** Options of {@link overlaps}. */
export interface OverlapOptions {
  /** The most pairs in the answer. Default 1,000, because n rules can have n²/2 pairs. */
  readonly limit?: number
}

/**
 * Lists the pairs of rules that share addresses, so that a page can show which rules are not needed.
 *
 * @contract pure · pairs same|contains|within|crosses · throws NL_ARGUMENT
 * @example
 * overlaps(['10.0.0.0/8', '10.1.0.0/16']) // [{ first: 0, second: 1, relation: 'contains' }]
 */
export function overlaps(rules: readonly RuleInput[], options: OverlapOptions = {}): readonly Overlap[] {
  const limit = limitOf(options)
  const read = readRules(rules, true)
  const pairs: Overlap[] = []
  for (const family of [true, false]) {
    const order = orderOf(read, (at) => isMapped(read, at) === family)
    order.sort((a, b) => compareKeys(read, 8 * a, read, 8 * b, 4))
    addOverlaps(pairs, limit, read, order)
  }
  return pairs
}

/**
 * `order` has the rules of one family, sorted by their first address. So the rules that overlap a rule follow it
 * directly.
 */
function addOverlaps(pairs: Overlap[], limit: number, read: Uint32Array, order: Uint32Array): void {
  for (let i = 0; i < order.length; i++) {
    const one = order[i]!
    for (let j = i + 1; j < order.length; j++) {
      const other = order[j]!
      if (compareKeys(read, 8 * other, read, 8 * one + 4, 4) > 0) break
      if (pairs.length === limit) return
      const [first, second] = one < other ? [one, other] : [other, one]
      pairs.push({ first, second, relation: relationOf(read, 8 * first, 8 * second) })
    }
  }
}

function relationOf(read: Uint32Array, first: number, second: number): Overlap['relation'] {
  const start = compareKeys(read, first, read, second, 4)
  const end = compareKeys(read, first + 4, read, second + 4, 4)
  if (start === 0 && end === 0) return 'same'
  if (start <= 0 && end >= 0) return 'contains'
  return start >= 0 && end <= 0 ? 'within' : 'crosses'
}

function limitOf(options: OverlapOptions): number {
  if (typeof options !== 'object' || options === null || Object.keys(options).some((key) => key !== 'limit')) {
    throw new NightlatchError('NL_ARGUMENT', 'options must be an object with no other key than limit')
  }
  const { limit = 1000 } = options
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000_000) {
    throw new NightlatchError('NL_ARGUMENT', 'options.limit must be an integer from 1 to 1,000,000')
  }
  return limit
}
