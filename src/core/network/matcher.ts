import { writeAddress } from './address.ts'
import type { Address } from './address.ts'
import { compareKeys, countOf, isInside, mergeRules, rankOf } from './boundaries.ts'
import type { Boundaries } from './boundaries.ts'
import { LONGEST_ADDRESS, readAddress } from './read-address.ts'
import { readRule } from './read-rule.ts'
import { allowsEverything, orderOf, readRules, textOf, widthOf } from './rule.ts'
import type { RuleInput, RuleOptions } from './rule.ts'

/** A compiled list of rules. It never changes. Its functions need no `this`. */
export interface RuleMatcher {
  /** How many rules were compiled. */
  readonly count: number
  /** Checks the text of an address. Treat `malformed` as an error, never as `outside` [IP-12]. */
  readonly check: (text: unknown) => 'inside' | 'outside' | 'malformed'
  /** Checks an address that is already parsed. */
  readonly checkAddress: (address: Address) => 'inside' | 'outside'
  /** How many of a rule's addresses the list covers: all, some or none. `malformed` for a text that is no rule. */
  readonly covers: (rule: RuleInput) => 'whole' | 'part' | 'none' | 'malformed'
}

/**
 * Compiles rules into a matcher. The time of a check grows with the logarithm of their number. With an empty list every
 * address is `outside` [IP-13]. The caller decides what an empty list means: no restriction, or nobody. IPv6 rules
 * never match IPv4. IPv4 rules match every spelling of their addresses, also the mapped one [IP-11]. A text that is no
 * rule throws, so pass what a person typed through `checkRules` first.
 *
 * @contract pure · inside|outside|malformed of its check · throws NL_ARGUMENT · RFC 4632 §3.1
 * @example
 * const office = compileRules(['192.0.2.0/24', '2001:db8::/32', '198.51.100.10-198.51.100.19'])
 * office.check('::ffff:192.0.2.7') // 'inside'
 */
export function compileRules(texts: readonly RuleInput[], options: RuleOptions = {}): RuleMatcher {
  const { count, ipv4, nets, rest } = mergeAll(readRules(texts, allowsEverything(options)))
  const words = new Uint32Array(4)

  const isWithin = (family: number): boolean =>
    family === 4 ? isInside(ipv4, words) : isInside(nets, words) || isInside(rest, words)

  return Object.freeze({
    count,
    check: (text: unknown) => {
      if (typeof text !== 'string' || text.length > LONGEST_ADDRESS) return 'malformed'
      const family = readAddress(text, words)
      if (family < 0) return 'malformed'
      return isWithin(family) ? 'inside' : 'outside'
    },
    checkAddress: (address: Address) => (isWithin(writeAddress(address, words)) ? 'inside' : 'outside'),
    covers: (rule: RuleInput) => {
      const bounds = new Uint32Array(8)
      const family = readRule(textOf(rule), true, bounds)
      if (typeof family === 'object') return 'malformed'
      return shareOf(family === 4 ? [ipv4] : [nets, rest], bounds.subarray(0, 4), bounds.subarray(4))
    },
  })
}

/** A function of its own, so that the closures of the matcher do not keep the unmerged rules in memory. */
function mergeAll(rules: Uint32Array): { count: number; ipv4: Boundaries; nets: Boundaries; rest: Boundaries } {
  const merge = (width: 1 | 2 | 4): Boundaries => {
    const order = orderOf(rules, (at) => widthOf(rules, at) === width)
    return mergeRules(rules, order, width)
  }
  return { count: rules.length / 8, ipv4: merge(1), nets: merge(2), rest: merge(4) }
}

/** Walks from block to block. At each step one of the levels must cover the next address. */
function shareOf(levels: readonly Boundaries[], next: Uint32Array, last: Uint32Array): 'whole' | 'part' | 'none' {
  if (!levels.some((level) => isInside(level, next) || rankOf(level, next) !== rankOf(level, last))) return 'none'
  while (compareKeys(next, 0, last, 0, 4) <= 0) {
    const level = levels.find((candidate) => isInside(candidate, next))
    if (!level) return 'part'
    const rank = rankOf(level, next)
    if (rank === countOf(level)) return 'whole'
    next.fill(0, level.skip)
    next.set(level.keys.subarray(rank * level.width, (rank + 1) * level.width), level.skip)
  }
  return 'whole'
}
