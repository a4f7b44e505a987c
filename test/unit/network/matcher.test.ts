import { ALLOW_EVERYTHING, compileRules, coverage, overlaps, parseAddress } from 'nightlatch/network'
import { describe, expect, it } from 'vitest'

const answers = (rules: readonly string[], texts: readonly string[]): readonly string[] =>
  texts.map(compileRules(rules).check)

const spellings4 = [
  '10.1.2.3',
  '::ffff:10.1.2.3',
  '::FFFF:10.1.2.3',
  '::ffff:a01:203',
  '::ffff:0a01:0203',
  '0:0:0:0:0:ffff:10.1.2.3',
  '0000:0000:0000:0000:0000:FFFF:0A01:0203',
]
const spellings6 = [
  '2001:db8::1',
  '2001:0db8::0001',
  '2001:DB8:0:0:0:0:0:1',
  '2001:db8::0:1',
  '2001:0db8:0000:0000:0000:0000:0000:0001',
  '2001:db8::0.0.0.1',
]

describe('the matcher', () => {
  it('[IP-11] (promise 6) answers alike for every spelling of an address', () => {
    for (const rule of ['10.0.0.0/8', '10.1.2.3', '10.1.2.0-10.1.2.9', '::ffff:10.0.0.0/104', '::ffff:a01:203']) {
      expect(new Set(answers([rule], spellings4))).toEqual(new Set(['inside']))
      expect(new Set(answers([rule], spellings6))).toEqual(new Set(['outside']))
    }
    for (const rule of ['2001:db8::/32', '2001:DB8::1', '2001:db8::-2001:db8::0.0.0.9']) {
      expect(new Set(answers([rule], spellings6))).toEqual(new Set(['inside']))
      expect(new Set(answers([rule], spellings4))).toEqual(new Set(['outside']))
    }
  })

  it('[IP-12] (promise 6) answers malformed and never outside, for an empty list and for a list of everything', () => {
    const malformed = ['', '10.1.2', '010.1.2.3', '10.1.2.3 ', '10.1.2.3:80', '[::1]', '::1%lo', '10.1.2.3.', '٣.1.2.3']
    const all = compileRules(['0.0.0.0/0', '::/0'], { allowEverything: ALLOW_EVERYTHING })
    for (const text of [...malformed, null, undefined, 1, ['10.1.2.3'], new String('10.1.2.3')]) {
      expect(all.check(text)).toBe('malformed')
      expect(compileRules([]).check(text)).toBe('malformed')
    }
  })
})

describe('the matcher where other packages fail', () => {
  it('does not compare leading bits across families', () => {
    expect(answers(['38.0.0.0/8'], ['2600:1f18::1', '38.1.1.1'])).toEqual(['outside', 'inside'])
    expect(answers(['2600::/12'], ['38.0.0.1', '2601::'])).toEqual(['outside', 'inside'])
    expect(answers(['0.0.0.1'], ['::1', '::'])).toEqual(['outside', 'outside'])
  })

  it('reads no other character as a digit', () => {
    expect(answers(['0.0.0.0/8'], ['a.b.c.d', '/.0.0.0', ':.0.0.0', '٠.٠.٠.٠'])).toEqual(Array(4).fill('malformed'))
    expect(answers(['::/8'], ['::@', '::`', '::G', '::/'])).toEqual(Array(4).fill('malformed'))
  })

  it('[IP-12] does not read an empty or bad prefix length as /0', () => {
    for (const rule of ['10.0.0.0/', '10.0.0.0/x', '10.0.0.0/-1', '10.0.0.0/NaN', '::/', '::/x', '10.0.0.0/33']) {
      expect(() => compileRules([rule], { allowEverything: ALLOW_EVERYTHING })).toThrow('malformed')
    }
  })

  it('does not cut a text at NUL', () => {
    expect(answers(['10.0.0.0/8'], ['10.0.0.1\0', '10.0.0.1\0.evil', '\x0010.0.0.1'])).toEqual(
      Array(3).fill('malformed'),
    )
    expect(() => compileRules(['10.0.0.0/8\0'])).toThrow('malformed')
  })

  it('[IP-12] reads 010.0.0.1 neither as 8.0.0.1 nor as 10.0.0.1', () => {
    expect(answers(['8.0.0.0/8', '10.0.0.0/8'], ['010.0.0.1', '0x0a.0.0.1', '012.1'])).toEqual(
      Array(3).fill('malformed'),
    )
  })

  it('[IP-11] finds ::ffff:1.2.3.4 by an IPv4 rule, in hexadecimal too', () => {
    expect(answers(['1.2.3.0/24'], ['::ffff:1.2.3.4', '::ffff:102:304', '::ffff:102:404'])).toEqual([
      'inside',
      'inside',
      'outside',
    ])
    expect(answers(['10.0.0.0/8'], ['::ffff:10.1.2.3'])).toEqual(['inside'])
  })

  it('does not match IPv4 by ::/0 or by another block around the mapped addresses', () => {
    const all = compileRules(['::/0'], { allowEverything: ALLOW_EVERYTHING })
    expect(['1.2.3.4', '::ffff:1.2.3.4', '::1'].map(all.check)).toEqual(['outside', 'outside', 'inside'])
    expect(answers(['::/80', '::-1::'], ['1.2.3.4', '::ffff:1.2.3.4', '::2'])).toEqual(['outside', 'outside', 'inside'])
  })

  it('[IP-12] refuses ports, brackets, zone ids, trailing dots, spaces and the digits of other scripts', () => {
    const texts = [
      '10.0.0.1:80',
      '[::1]',
      '[::1]:80',
      'fe80::1%eth0',
      '10.0.0.1.',
      ' 10.0.0.1',
      '10.0.0.1\t',
      '１0.0.0.1',
    ]
    expect(answers(['10.0.0.0/8', '::1', 'fe80::/10'], texts)).toEqual(texts.map(() => 'malformed'))
  })

  it('answers malformed for a text that is longer than any address', () => {
    const matcher = compileRules(['10.0.0.0/8'])
    for (const piece of ['1', '.', ':', '10.0.0.1', '0:', 'f', '\0', ' ']) {
      expect(matcher.check(piece.repeat(10_240))).toBe('malformed')
      expect(matcher.covers(piece.repeat(10_240))).toBe('malformed')
    }
  })

  it('answers malformed and not outside, so that a deny list can refuse the text', () => {
    const denied = compileRules(['192.0.2.0/24'])
    expect(['192.0.2.1', '192.0.2.01', '192.0.2.1 '].map(denied.check)).toEqual(['inside', 'malformed', 'malformed'])
  })
})

describe('compileRules', () => {
  it('[IP-13] matches nothing with an empty list', () => {
    expect(answers([], ['10.0.0.1', '::1', '::ffff:10.0.0.1'])).toEqual(['outside', 'outside', 'outside'])
    expect(compileRules([]).count).toBe(0)
  })

  it('matches the first and the last address of a rule, and not their neighbors', () => {
    expect(
      answers(
        ['192.0.2.8/29', '198.51.100.10-198.51.100.19', '255.255.255.255', '0.0.0.0'],
        ['192.0.2.7', '192.0.2.8', '192.0.2.15', '192.0.2.16', '198.51.100.9', '198.51.100.10', '198.51.100.19'].concat(
          ['198.51.100.20', '255.255.255.255', '255.255.255.254', '0.0.0.0', '0.0.0.1'],
        ),
      ),
    ).toEqual(
      ['outside', 'inside', 'inside', 'outside', 'outside', 'inside', 'inside', 'outside', 'inside', 'outside'].concat([
        'inside',
        'outside',
      ]),
    )
    expect(
      answers(
        ['2001:db8::/64', '2001:db8:1::8/125', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'fff0::/12'],
        ['2001:db8::', '2001:db8:0:0:ffff:ffff:ffff:ffff', '2001:db8:0:1::', '2001:db7:ffff::', '2001:db8:1::7'].concat(
          ['2001:db8:1::8', '2001:db8:1::f', '2001:db8:1::10', 'ffff::', 'ffef:ffff::'],
        ),
      ),
    ).toEqual(
      ['inside', 'inside', 'outside', 'outside', 'outside', 'inside', 'inside', 'outside', 'inside'].concat([
        'outside',
      ]),
    )
  })

  it('answers alike for a text and for its parsed address', () => {
    const matcher = compileRules(['10.0.0.0/8', '2001:db8::/32'])
    for (const text of [...spellings4, ...spellings6, '11.0.0.0', '2001:db9::']) {
      const parsed = parseAddress(text)
      expect(parsed.ok && matcher.checkAddress(parsed.address)).toBe(matcher.check(text))
    }
    expect(matcher.checkAddress({ family: 6, words: [0, 0, 0xffff, 0x0a000001] })).toBe('inside')
    expect(matcher.count).toBe(2)
  })

  it('names the index and the reason of a bad rule, and not its text', () => {
    expect(() => compileRules(['10.0.0.0/8', '10.0.0.1/8'])).toThrow(
      'rule 1 is refused: host-bits, probably meant: 10.0.0.0/8',
    )
    expect(() => compileRules(['secret'])).toThrow(/^rule 0 is refused: malformed$/)
    expect(() => compileRules('10.0.0.0/8' as never)).toThrow('array')
    expect(() => compileRules(new Array(2 ** 31) as never)).toThrow('at most')
  })

  it('does not change with the list, and its functions work on their own', () => {
    const rules = ['10.0.0.0/8']
    const { check, count } = compileRules(rules)
    rules[0] = '11.0.0.0/8'
    expect([check('10.0.0.1'), check('11.0.0.1'), count]).toEqual(['inside', 'outside', 1])
  })

  it('says how much of a rule it covers', () => {
    const { covers } = compileRules([
      '10.0.0.0/9',
      '10.128.0.0-10.255.255.255',
      '255.255.255.0/24',
      '2001:db8::/65',
      '2001:db8:0:0:8000::/65',
      '2001:db8:0:1::/64',
      'ffff::/16',
    ])
    const whole = ['10.0.0.0/8', '::ffff:10.0.0.0/104', '255.255.255.255', '2001:db8::/63', 'ffff:1::/32', '10.0.0.1']
    expect(whole.map(covers)).toEqual(whole.map(() => 'whole'))
    const part = [
      '10.0.0.0/7',
      '9.0.0.0-11.0.0.0',
      '0.0.0.0/0',
      '2001:db8::/62',
      '2001:db8:0:1::-2001:db8:0:2::',
      '::/0',
    ]
    expect(part.map(covers)).toEqual(part.map(() => 'part'))
    const next = compileRules(['2001:db8::/64', '2001:db8:0:1::5-2001:db8:0:1::9'])
    expect(next.covers('2001:db8::5-2001:db8:0:1::9')).toBe('part')
    expect(['11.0.0.0/8', '2001:db9::/32', '::1'].map(covers)).toEqual(['none', 'none', 'none'])
    expect(['10.0.0.1/8', '10.0.0.0/', '', null as never].map(covers)).toEqual(Array(4).fill('malformed'))
  })
})

describe('coverage', () => {
  it('counts each address once', () => {
    expect(coverage([])).toEqual({ ipv4: 0, ipv6: 0n })
    expect(coverage(['10.0.0.0/8', '10.1.0.0/16', '::ffff:10.0.0.1', '2001:db8::/64', '2001:db8::1'])).toEqual({
      ipv4: 2 ** 24,
      ipv6: 2n ** 64n,
    })
    expect(coverage(['0.0.0.0/0', '::/0', '::1'])).toEqual({ ipv4: 2 ** 32, ipv6: 2n ** 128n })
    expect(coverage(['192.0.2.1-192.0.2.3', '192.0.2.3-192.0.2.9', '::1-::9'])).toEqual({ ipv4: 9, ipv6: 9n })
  })
})

describe('overlaps', () => {
  it('names each overlapping pair once, with its relation', () => {
    const rules = ['10.1.0.0/16', '10.0.0.0/8', '192.0.2.0/24', '10.1.0.0-10.1.255.255', '10.255.0.0-11.0.0.0', '::/8']
    expect([...overlaps(rules)].sort((a, b) => a.first - b.first || a.second - b.second)).toEqual([
      { first: 0, second: 1, relation: 'within' },
      { first: 0, second: 3, relation: 'same' },
      { first: 1, second: 3, relation: 'contains' },
      { first: 1, second: 4, relation: 'crosses' },
    ])
    expect(overlaps(['0.0.0.0/0', '::/0'])).toEqual([])
  })

  it('stops at its limit', () => {
    const rules = Array.from({ length: 300 }, () => '10.0.0.0/8')
    expect(overlaps(rules)).toHaveLength(1000)
    expect(overlaps(rules, { limit: 7 })).toHaveLength(7)
    for (const limit of [0, -1, 1.5, NaN, Infinity, '5']) {
      expect(() => overlaps(rules, { limit } as never)).toThrow('options.limit')
    }
  })
})
