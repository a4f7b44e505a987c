import { NightlatchError } from '../errors.ts'
import { addressOf, formatAddress } from './address.ts'
import { isMapped } from './read-address.ts'
import { FULL, readRule } from './read-rule.ts'
import type { RuleRefusal } from './read-rule.ts'

/**
 * Acknowledges that a rule covers every address of a family, such as `0.0.0.0/0` or `::/0` [IP-13]. Without it such a
 * rule is refused, because one mistyped digit would admit everyone.
 */
export const ALLOW_EVERYTHING: unique symbol = Symbol.for('nightlatch.network.ALLOW_EVERYTHING') as never

/** Options for reading rules. */
export interface RuleOptions {
  /** Set it to {@link ALLOW_EVERYTHING} to accept rules that cover a whole family. By default they are refused. */
  readonly allowEverything?: typeof ALLOW_EVERYTHING
}

/** A rule that was read. Store and show `text`, which is canonical. */
export interface Rule {
  readonly kind: 'address' | 'cidr' | 'range'
  readonly family: 4 | 6
  readonly text: string
}

/** A rule as text, or one from {@link parseRule}, of which only the text is read. */
export type RuleInput = string | { readonly text: string }

export type RuleResult = { readonly ok: true; readonly rule: Rule } | ({ readonly ok: false } & RuleRefusal)

export type RulesResult =
  | { readonly ok: true; readonly rules: readonly Rule[] }
  | { readonly ok: false; readonly errors: readonly ({ readonly index: number } & RuleRefusal)[] }

const bounds = new Uint32Array(8)

/**
 * Reads one rule that a person typed: `192.0.2.1`, `10.0.0.0/8`, `2001:db8::/32` or `192.0.2.10-192.0.2.19`. A block
 * with host bits set is refused, and `meant` is the block or range that was probably meant [IP-12].
 *
 * @contract pure · ok|malformed|host-bits|everything|mixed-families|reversed · throws NL_ARGUMENT · RFC 4632 §3.1
 * @example
 * parseRule('10.1.0.0/8') // { ok: false, reason: 'host-bits', meant: '10.0.0.0/8' }
 */
export function parseRule(text: unknown, options: RuleOptions = {}): RuleResult {
  const answer = readRule(text, allowsEverything(options), bounds)
  if (typeof answer === 'object') return { ok: false, ...answer }
  return { ok: true, rule: ruleOf(text as string, answer) }
}

function ruleOf(typed: string, family: 4 | 6): Rule {
  const first = formatAddress(addressOf(bounds, 0))
  const slash = typed.indexOf('/')
  if (slash >= 0) {
    const length = Number(typed.slice(slash + 1)) - (family === 4 && typed.includes(':') ? 96 : 0)
    return { kind: 'cidr', family, text: `${first}/${length}` }
  }
  if (typed.includes('-')) return { kind: 'range', family, text: `${first}-${formatAddress(addressOf(bounds, 4))}` }
  return { kind: 'address', family, text: first }
}

/**
 * Reads a list that a person typed. It names every line that is no rule, so that a form can mark all of them at once.
 *
 * @contract pure · ok|errors (with parseRule's reasons) · throws NL_ARGUMENT · RFC 4632 §3.1
 * @example
 * checkRules(['::1', '10.1.0.0/8']) // { ok: false, errors: [{ index: 1, reason: 'host-bits', meant: '10.0.0.0/8' }] }
 */
export function checkRules(texts: readonly RuleInput[], options: RuleOptions = {}): RulesResult {
  const rules: Rule[] = []
  const errors: ({ index: number } & RuleRefusal)[] = []
  const everything = allowsEverything(options)
  requireList(texts)
  for (let index = 0; index < texts.length; index++) {
    const text = textOf(texts[index])
    const answer = readRule(text, everything, bounds)
    if (typeof answer === 'object') errors.push({ index, ...answer })
    else rules.push(ruleOf(text as string, answer))
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, rules }
}

const MOST_RULES = 4_194_304

/**
 * Reads rules into eight words each. It throws on a text that is no rule: a list that a person typed passes {@link
 * checkRules} first.
 */
export function readRules(texts: readonly RuleInput[], everything: boolean): Uint32Array {
  requireList(texts)
  const all = new Uint32Array(8 * texts.length)
  for (let index = 0; index < texts.length; index++) {
    const answer = readRule(textOf(texts[index]), everything, bounds)
    if (typeof answer === 'object') {
      const meant = answer.meant === undefined ? '' : `, probably meant: ${answer.meant}`
      throw new NightlatchError('NL_ARGUMENT', `rule ${index} is refused: ${answer.reason}${meant}`)
    }
    for (let word = 0; word < 8; word++) all[8 * index + word] = bounds[word]!
  }
  return all
}

/**
 * How many words are compared for the rule at `at`: one for IPv4, two for IPv6 blocks of whole /64s, four for the rest.
 * Most lists have none of the rest, and so they stay small.
 */
export function widthOf(rules: Uint32Array, at: number): 1 | 2 | 4 {
  if (isMapped(rules, at)) return 1
  const isNet = rules[at + 2] === 0 && rules[at + 3] === 0 && rules[at + 6] === FULL && rules[at + 7] === FULL
  return isNet ? 2 : 4
}

/** The indexes of the rules for which `belongs` is true. It gets the place of a rule's first word. */
export function orderOf(rules: Uint32Array, belongs: (at: number) => boolean): Uint32Array {
  const order = new Uint32Array(rules.length / 8)
  let size = 0
  for (let at = 0; at < rules.length; at += 8) if (belongs(at)) order[size++] = at / 8
  return order.subarray(0, size)
}

export function textOf(rule: unknown): unknown {
  return typeof rule === 'object' && rule !== null ? (rule as { text?: unknown }).text : rule
}

export function allowsEverything(options: RuleOptions): boolean {
  if (typeof options !== 'object' || options === null)
    throw new NightlatchError('NL_ARGUMENT', 'options must be an object')
  const unknown = Object.keys(options).find((key) => key !== 'allowEverything')
  if (unknown !== undefined) throw new NightlatchError('NL_ARGUMENT', `options has an unknown key: ${unknown}`)
  const { allowEverything } = options
  if (allowEverything !== undefined && allowEverything !== ALLOW_EVERYTHING) {
    throw new NightlatchError('NL_ARGUMENT', 'options.allowEverything must be ALLOW_EVERYTHING or absent')
  }
  return allowEverything === ALLOW_EVERYTHING
}

function requireList(texts: unknown): void {
  if (!Array.isArray(texts) || texts.length > MOST_RULES) {
    throw new NightlatchError('NL_ARGUMENT', `rules must be an array of at most ${MOST_RULES} texts`)
  }
}
