import { ALLOW_EVERYTHING, checkRules, compileRules, parseRule } from 'nightlatch/network'
import { describe, expect, it } from 'vitest'

describe('parseRule', () => {
  it.each([
    ['192.0.2.1', 'address', 4, '192.0.2.1'],
    ['::ffff:c000:201', 'address', 4, '192.0.2.1'],
    ['2001:DB8::1', 'address', 6, '2001:db8::1'],
    ['10.0.0.0/8', 'cidr', 4, '10.0.0.0/8'],
    ['192.0.2.1/32', 'cidr', 4, '192.0.2.1/32'],
    ['128.0.0.0/1', 'cidr', 4, '128.0.0.0/1'],
    ['::ffff:10.0.0.0/104', 'cidr', 4, '10.0.0.0/8'],
    ['::ffff:a00:1/128', 'cidr', 4, '10.0.0.1/32'],
    ['2001:DB8::/32', 'cidr', 6, '2001:db8::/32'],
    ['::/80', 'cidr', 6, '::/80'],
    ['2001:db8::1/128', 'cidr', 6, '2001:db8::1/128'],
    ['192.0.2.10-192.0.2.19', 'range', 4, '192.0.2.10-192.0.2.19'],
    ['192.0.2.10-::ffff:192.0.2.19', 'range', 4, '192.0.2.10-192.0.2.19'],
    ['192.0.2.1-192.0.2.1', 'range', 4, '192.0.2.1-192.0.2.1'],
    ['2001:db8::-2001:db8::FF', 'range', 6, '2001:db8::-2001:db8::ff'],
  ])('reads %s', (text, kind, family, canonical) => {
    expect(parseRule(text)).toEqual({ ok: true, rule: { kind, family, text: canonical } })
    expect(parseRule(canonical)).toEqual(parseRule(text))
  })

  it.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['192.0.2.1/31', '192.0.2.0/31'],
    ['2001:db8::1/64', '2001:db8::/64'],
    ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
    ['::1/127', '::/127'],
    ['::ffff:10.1.0.0/104', '10.0.0.0/8'],
    ['::ffff:10.1.0.0/8', '10.0.0.0/8'],
    ['::ffff:10.0.0.0/8', '10.0.0.0/8'],
  ])('[IP-12] refuses the host bits of %s and suggests %s', (text, meant) => {
    expect(parseRule(text)).toEqual({ ok: false, reason: 'host-bits', meant })
    expect(parseRule(meant)).toMatchObject({ ok: true })
  })

  it.each([
    ['10.0.0.0/', 9],
    ['10.0.0.0/33', 9],
    ['10.0.0.0/99999999999', 9],
    ['10.0.0.0/-1', 9],
    ['10.0.0.0/+8', 9],
    ['10.0.0.0/08', 9],
    ['10.0.0.0/00', 9],
    ['10.0.0.0/8 ', 9],
    ['10.0.0.0/ 8', 9],
    ['10.0.0.0/x', 9],
    ['10.0.0.0/8/8', 9],
    ['10.0.0.0/1e1', 9],
    ['10.0.0.0/0x8', 9],
    ['10.0.0.0/٨', 9],
    ['10.0.0.0/255.0.0.0', 9],
    ['10.0.0.0/8\0', 9],
    ['2001:db8::/129', 11],
    ['2001:db8::/', 11],
    ['::ffff:10.0.0.0/33', 16],
    ['::ffff:10.0.0.0/95', 16],
    ['::ffff:10.0.0.0/129', 16],
    ['/8', 0],
    ['10/8', 2],
    ['10.0.0/8', 6],
    ['10.0.0.*', 7],
    ['192.0.2.1-', 10],
    ['-192.0.2.1', 0],
    ['192.0.2.1-9', 11],
    ['192.0.2.1 - 192.0.2.9', 9],
    ['192.0.2.1-192.0.2.9-192.0.2.12', 19],
    ['192.0.2.0/24-192.0.3.0/24', 10],
    ['192.0.2.0-192.0.3.0/24', 19],
    ['[2001:db8::]/32', 0],
    ['fe80::%eth0/64', 6],
    ['', 0],
    ['everything', 1],
  ])('[IP-12] refuses %j as malformed', (text, at) => {
    expect(parseRule(text)).toEqual({ ok: false, reason: 'malformed', at })
    expect(parseRule(text, { allowEverything: ALLOW_EVERYTHING })).toMatchObject({ ok: false })
  })

  it('refuses a range that is reversed or mixes two families', () => {
    const reversed = { ok: false, reason: 'reversed', meant: '192.0.2.1-192.0.2.9' }
    expect(parseRule('192.0.2.9-192.0.2.1')).toEqual(reversed)
    expect(parseRule('2001:db8::1-2001:db8::')).toMatchObject({ reason: 'reversed' })
    expect(parseRule('192.0.2.1-2001:db8::')).toEqual({ ok: false, reason: 'mixed-families' })
    expect(parseRule('::-192.0.2.1')).toEqual({ ok: false, reason: 'mixed-families' })
  })

  it.each([
    '0.0.0.0/0',
    '::/0',
    '::ffff:0:0/96',
    '::ffff:0.0.0.0/0',
    '0.0.0.0-255.255.255.255',
    '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    '10.0.0.0/0',
    '::ffff:10.0.0.0/96',
  ])('[IP-13] refuses %s without ALLOW_EVERYTHING', (text) => {
    expect(parseRule(text)).toEqual({ ok: false, reason: 'everything' })
    expect(checkRules([text])).toEqual({ ok: false, errors: [{ index: 0, reason: 'everything' }] })
    expect(() => compileRules([text])).toThrow(expect.objectContaining({ code: 'NL_ARGUMENT' }))
  })

  it('[IP-13] accepts a rule for everything only with the exported symbol', () => {
    const loud = { allowEverything: ALLOW_EVERYTHING } as const
    expect(parseRule('0.0.0.0/0', loud)).toMatchObject({ ok: true })
    expect(parseRule('10.0.0.0/0', loud)).toEqual({ ok: false, reason: 'host-bits', meant: '0.0.0.0/0' })
    const matcher = compileRules(['0.0.0.0/0', '::/0'], loud)
    expect(['0.0.0.0', '255.255.255.255', '::', 'ffff::'].map(matcher.check)).toEqual(Array(4).fill('inside'))
    for (const allowEverything of [true, 1, 'yes', Symbol('ALLOW_EVERYTHING')]) {
      expect(() => parseRule('10.0.0.0/8', { allowEverything } as never)).toThrow('options.allowEverything')
    }
    expect(() => parseRule('10.0.0.0/8', { allowAll: true } as never)).toThrow('allowAll')
  })
})

describe('checkRules', () => {
  it('returns the rules, or an error for every line that is no rule', () => {
    expect(checkRules([])).toEqual({ ok: true, rules: [] })
    const good = checkRules(['192.0.2.0/24', '2001:DB8::1'])
    expect(good).toMatchObject({ ok: true, rules: [{ text: '192.0.2.0/24' }, { text: '2001:db8::1' }] })
    expect(checkRules(['192.0.2.0/24', '192.0.2.1/24', 7 as never, '1.2.3.4 '])).toEqual({
      ok: false,
      errors: [
        { index: 1, reason: 'host-bits', meant: '192.0.2.0/24' },
        { index: 2, reason: 'malformed' },
        { index: 3, reason: 'malformed', at: 7 },
      ],
    })
  })

  it('returns rules that compileRules accepts', () => {
    const checked = checkRules(['::ffff:10.0.0.0/104', '2001:db8::/32'])
    const matcher = compileRules(checked.ok ? checked.rules : [])
    expect(['10.9.9.9', '2001:db8::9', '11.0.0.0'].map(matcher.check)).toEqual(['inside', 'inside', 'outside'])
  })
})
