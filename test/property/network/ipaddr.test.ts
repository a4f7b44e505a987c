import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { formatAddress, parseAddress } from 'nightlatch/network'
import { describe, expect, it } from 'vitest'

/** The address that ipaddr.js reads, with mapped addresses as IPv4; null if it refuses. */
function reference(text: string): string | null {
  if (!ipaddr.isValid(text)) return null
  const address = ipaddr.process(text)
  return address.kind() === 'ipv4' ? address.toString() : (address as ipaddr.IPv6).toRFC5952String()
}

function ours(text: string): string | null {
  const parsed = parseAddress(text)
  return parsed.ok ? formatAddress(parsed.address) : null
}

/** Every disagreement of the two, with examples and the reason of nightlatch. */
const disagreements = [
  {
    why: 'a zone names an interface of one machine, so that no rule can match it: refused',
    applies: (text: string) => text.includes('%'),
    examples: [
      ['fe80::1%eth0', 'fe80::1%eth0', null],
      ['::ffff:1.2.3.4%1', '1.2.3.4', null],
    ],
  },
  {
    why: 'one to three numbers, octal and hexadecimal are read differently from system to system: refused',
    applies: (text: string) => !text.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(text),
    examples: [
      ['127.1', '127.0.0.1', null],
      ['2130706433', '127.0.0.1', null],
      ['010.0.0.1', '8.0.0.1', null],
      ['0x7f.0.0.1', '127.0.0.1', null],
      ['1.2.3.00', '1.2.3.0', null],
    ],
  },
  {
    why: 'the dotted tail of an IPv6 text is as strict as IPv4 itself: refused',
    applies: (text: string) => /:(?:[^:]*\.)?0[\dx][^:]*$/i.test(text) && text.includes('.'),
    examples: [
      ['::ffff:1.2.03.4', '1.2.3.4', null],
      ['::0x7f.0.0.1', '127.0.0.1', null],
    ],
  },
  {
    why: '::a.b.c.d has zeros where the mapped form has ffff (RFC 4291 §2.5.5.1, deprecated): it stays IPv6',
    applies: (text: string) => /^::\d+\.\d+\.\d+\.\d+$/.test(text),
    examples: [['::1.2.3.4', '1.2.3.4', '::102:304']],
  },
] as const

const word = fc.integer({ min: 0, max: 0xffff })
const group = fc.tuple(word, fc.integer({ min: 1, max: 4 }), fc.boolean()).map(([value, width, upper]) => {
  const text = value.toString(16).padStart(width, '0')
  return upper ? text.toUpperCase() : text
})
const dotted = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((octets) => octets.join('.'))
const zeros = fc.constantFrom('0', '0', '0', '00', '0000')
const colons = fc
  .tuple(
    fc.array(fc.oneof(group, zeros), { minLength: 0, maxLength: 8 }),
    fc.array(fc.oneof(group, zeros), { minLength: 0, maxLength: 8 }),
    fc.boolean(),
    fc.option(dotted, { freq: 3 }),
  )
  .map(([head, tail, gap, end]) => {
    const back = end === null ? tail : [...tail, end]
    return gap ? `${head.join(':')}::${back.join(':')}` : [...head, ...back].join(':')
  })
const mapped = fc
  .tuple(fc.constantFrom('::ffff:', '::FFFF:', '0:0:0:0:0:ffff:', '0::ffff:'), fc.oneof(dotted, fc.tuple(group, group)))
  .map(([head, tail]) => head + (typeof tail === 'string' ? tail : tail.join(':')))
const spelled = fc.oneof(dotted, colons, mapped)
const edit = fc.tuple(fc.nat(48), fc.nat(2), fc.constantFrom(...'0123456789abcfFgx.:%/[] -+\t\0٣'))
const edited = fc
  .tuple(spelled, fc.array(edit, { minLength: 1, maxLength: 3 }))
  .map(([text, edits]) =>
    edits.reduce((now, [at, removed, put]) => now.slice(0, at) + put + now.slice(at + removed), text),
  )

describe('parseAddress beside ipaddr.js', () => {
  it('disagrees exactly in the listed cases', () => {
    for (const { applies, examples } of disagreements) {
      for (const [text, theirs, mine] of examples) {
        expect([text, applies(text), reference(text), ours(text)]).toEqual([text, true, theirs, mine])
      }
    }
  })

  it.each([
    ['spellings', spelled],
    ['edited spellings', edited],
    ['any text', fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789af:.') }))],
  ])('[IP-11] gives the same canonical text for %s, unless a listed disagreement applies', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const theirs = reference(text)
        const mine = ours(text)
        if (theirs === mine) return
        expect(
          disagreements.some(({ applies }) => applies(text)),
          `${text}: ${theirs} and ${mine}`,
        ).toBe(true)
        // nightlatch accepts no text that the reference refuses.
        expect(theirs).not.toBeNull()
      }),
      { numRuns: 30_000 },
    )
  })

  it('is compared on many accepted texts', () => {
    const accepted = fc.sample(spelled, { numRuns: 2000, seed: 1 }).filter((text) => ours(text) !== null)
    expect(accepted.length).toBeGreaterThan(800)
  })
})
