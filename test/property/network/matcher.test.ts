import fc from 'fast-check'
import { ALLOW_EVERYTHING, compileRules, coverage, formatAddress, overlaps, parseRule } from 'nightlatch/network'
import type { Address } from 'nightlatch/network'
import { describe, expect, it } from 'vitest'

/** The model: an address is a family and a text of bits. It uses no code of the library. */
interface Bits {
  readonly family: 4 | 6
  readonly bits: string
}

interface ModelRule {
  readonly text: string
  readonly first: Bits
  readonly last: Bits
  readonly prefix?: string
}

const width = (family: 4 | 6): number => (family === 4 ? 32 : 128)
const bitsOf = (family: 4 | 6, value: bigint): Bits => ({
  family,
  bits: value.toString(2).padStart(width(family), '0'),
})

function dottedText(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.')
}

function groupsText(value: bigint, upper: boolean, pad: number): string {
  const groups = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => ((value >> shift) & 0xffffn).toString(16))
  const text = groups.map((group) => group.padStart(pad, '0')).join(':')
  return upper ? text.toUpperCase() : text
}

function spell({ family, bits }: Bits, style: number): string {
  const value = BigInt(`0b${bits}`)
  if (family === 6) {
    const text = groupsText(value, style % 2 === 1, style % 5)
    return style % 3 === 0 ? text.replace(/(?:^|:)(?:0{1,4}:){2,7}0{0,4}/, '::') : text
  }
  if (style % 4 === 0) return dottedText(value)
  if (style % 4 === 1) return `::ffff:${dottedText(value)}`
  return groupsText((0xffffn << 32n) | value, style % 4 === 2, style % 5)
}

/** Few distinct high bits, so that rules match addresses. Mapped numbers are drawn as IPv4. */
const value4 = fc
  .tuple(fc.constantFrom(0n, 10n, 192n, 255n), fc.constantFrom(0n, 1n, 255n), fc.bigInt({ min: 0n, max: 0xffffn }))
  .map(([a, b, rest]) => (a << 24n) | (b << 16n) | rest)
const value6 = fc
  .tuple(
    fc.constantFrom(0n, 0x20010db8n, 0xffffffffn),
    fc.constantFrom(0n, 1n, 0xffffffffn),
    fc.constantFrom(0n, 1n, 0x80000000n, 0xfffffffen, 0xffffffffn),
    fc.oneof(fc.constantFrom(0n, 1n, 0xffffffffn), fc.bigInt({ min: 0n, max: 0xffffffffn })),
  )
  .map(([a, b, c, d]) => (a << 96n) | (b << 64n) | (c << 32n) | d)
  .filter((value) => value >> 32n !== 0xffffn)
const address: fc.Arbitrary<Bits> = fc.oneof(
  value4.map((value) => bitsOf(4, value)),
  value6.map((value) => bitsOf(6, value)),
)
const style = fc.nat(59)

const block: fc.Arbitrary<ModelRule> = fc
  .tuple(address, fc.nat(128), fc.boolean())
  .map(([{ family, bits }, any, mappedText]) => {
    const length = 1 + (any % width(family))
    const prefix = bits.slice(0, length)
    const first = { family, bits: prefix.padEnd(width(family), '0') }
    const last = { family, bits: prefix.padEnd(width(family), '1') }
    const mapped = family === 4 && mappedText
    return { text: `${spell(first, mapped ? 1 : 0)}/${mapped ? length + 96 : length}`, first, last, prefix }
  })
const range: fc.Arbitrary<ModelRule> = fc
  .oneof(fc.tuple(value4, value4, fc.constant(4 as const)), fc.tuple(value6, value6, fc.constant(6 as const)))
  .chain(([a, b, family]) => {
    const [first, last] = (a < b ? [a, b] : [b, a]).map((value) => bitsOf(family, value)) as [Bits, Bits]
    return fc.tuple(style, style).map(([s, t]) => ({ text: `${spell(first, s)}-${spell(last, t)}`, first, last }))
  })
const single: fc.Arbitrary<ModelRule> = fc
  .tuple(address, style)
  .map(([one, how]) => ({ text: spell(one, how), first: one, last: one }))
const rule = fc.oneof(block, block, range, single)

/** Compares bit by bit: a block by its leading bits, other rules by the first bit that differs from an end. */
function isIn(one: Bits, { first, last, prefix }: ModelRule): boolean {
  if (one.family !== first.family) return false
  if (prefix !== undefined) return [...prefix].every((bit, i) => one.bits[i] === bit)
  const isNotAbove = (a: string, b: string): boolean => {
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] === '0'
    return true
  }
  return isNotAbove(first.bits, one.bits) && isNotAbove(one.bits, last.bits)
}

const neighbors = ({ first, last }: ModelRule): Bits[] =>
  [first, last].flatMap(({ family, bits }) =>
    [-1n, 0n, 1n]
      .map((step) => BigInt(`0b${bits}`) + step)
      .filter((value) => value >= 0n && value < 1n << BigInt(width(family)))
      .filter((value) => family === 4 || value >> 32n !== 0xffffn)
      .map((value) => bitsOf(family, value)),
  )

const loud = { allowEverything: ALLOW_EVERYTHING } as const

describe('the matcher beside a bit-by-bit model', () => {
  it('[IP-11] (promise 6) answers as the model does, for any spelling of rules and addresses', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 40 }), fc.array(address, { maxLength: 20 }), style, (rules, any, how) => {
        const matcher = compileRules(
          rules.map(({ text }) => text),
          loud,
        )
        for (const one of [...any, ...rules.flatMap(neighbors)]) {
          const expected = rules.some((each) => isIn(one, each)) ? 'inside' : 'outside'
          expect(matcher.check(spell(one, how))).toBe(expected)
          expect(matcher.check(spell(one, how + 1))).toBe(expected)
          expect(matcher.checkAddress(wordsOf(one))).toBe(expected)
        }
      }),
      { numRuns: 600 },
    )
  })

  it('[IP-12] (promise 6) answers malformed for an address with anything before or behind it', () => {
    const scrap = fc.string({ minLength: 1 }).filter((text) => !/^[\da-f:.]+$/i.test(text))
    const matcher = compileRules(['0.0.0.0/0', '::/0'], loud)
    fc.assert(
      fc.property(address, style, scrap, fc.boolean(), (one, how, extra, before) => {
        const text = spell(one, how)
        expect(matcher.check(text)).toBe('inside')
        expect(matcher.check(before ? extra + text : text + extra)).toBe('malformed')
      }),
      { numRuns: 2000 },
    )
  })

  it('answers for a large list as its rules do one by one', () => {
    const rules = fc.sample(rule, { numRuns: 3000, seed: 7 })
    const matcher = compileRules(
      rules.map(({ text }) => text),
      loud,
    )
    for (const one of fc.sample(address, { numRuns: 400, seed: 8 })) {
      expect(matcher.check(spell(one, 0))).toBe(rules.some((each) => isIn(one, each)) ? 'inside' : 'outside')
    }
  })

  it('covers, counts and overlaps as the model does', () => {
    const bounds = ({ first, last }: ModelRule): [bigint, bigint] => [
      BigInt(`0b${first.bits}`),
      BigInt(`0b${last.bits}`),
    ]
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 12 }), rule, (rules, other) => {
        const texts = rules.map(({ text }) => text)
        const [from, to] = bounds(other)
        const merged = mergedOf(rules.filter(({ first }) => first.family === other.first.family).map(bounds))
        const shared = merged.filter(([first, last]) => first <= to && last >= from)
        const whole = shared.some(([first, last]) => first <= from && last >= to)
        expect(compileRules(texts, loud).covers(other.text)).toBe(whole ? 'whole' : shared.length > 0 ? 'part' : 'none')

        const count = (family: 4 | 6): bigint =>
          mergedOf(rules.filter(({ first }) => first.family === family).map(bounds)).reduce(
            (sum, [first, last]) => sum + last - first + 1n,
            0n,
          )
        expect(coverage(texts)).toEqual({ ipv4: Number(count(4)), ipv6: count(6) })

        const pairs = new Map(overlaps(texts).map(({ first, second, relation }) => [`${first},${second}`, relation]))
        for (let i = 0; i < rules.length; i++) {
          for (let j = i + 1; j < rules.length; j++) {
            expect(pairs.get(`${i},${j}`)).toBe(relation(rules[i]!, rules[j]!))
          }
        }
      }),
      { numRuns: 1000 },
    )

    function relation(one: ModelRule, two: ModelRule): string | undefined {
      const [a, b] = bounds(one)
      const [c, d] = bounds(two)
      if (one.first.family !== two.first.family || b < c || d < a) return undefined
      if (a === c && b === d) return 'same'
      if (a <= c && b >= d) return 'contains'
      return a >= c && b <= d ? 'within' : 'crosses'
    }
  })

  it('gives rules a canonical text that means the same', () => {
    fc.assert(
      fc.property(rule, ({ text }) => {
        const parsed = parseRule(text, loud)
        expect(parsed).toMatchObject({ ok: true })
        if (!parsed.ok) return
        expect(parseRule(parsed.rule.text, loud)).toEqual(parsed)
        expect(coverage([text])).toEqual(coverage([parsed.rule.text]))
        expect(compileRules([text], loud).covers(parsed.rule)).toBe('whole')
      }),
    )
  })
})

function wordsOf({ family, bits }: Bits): Address {
  const words = Array.from({ length: width(family) / 32 }, (_, i) => parseInt(bits.slice(32 * i, 32 * i + 32), 2))
  const made = { family, words } as unknown as Address
  formatAddress(made)
  return made
}

function mergedOf(ranges: readonly [bigint, bigint][]): [bigint, bigint][] {
  const merged: [bigint, bigint][] = []
  for (const [first, last] of [...ranges].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
    const before = merged.at(-1)
    if (before && first <= before[1] + 1n) before[1] = before[1] > last ? before[1] : last
    else merged.push([first, last])
  }
  return merged
}
