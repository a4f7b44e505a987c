import { describe, expect, it } from 'vitest'
import { packLists, unpackLists, writePacked } from '../../../src/core/record/packed-lists.ts'

const sealed = { alg: 'xchacha20-poly1305', keyId: 'AAAAAAAA', nonce: 'bm9uY2U', ciphertext: 'Y2lwaGVydGV4dA' }
const at = 1_767_225_600_000
const chrome = (version: number): string => `Mozilla/5.0 (X11; Linux x86_64) Chrome/${version}.0 Safari/537.36`

const twice = <Item>(...items: readonly Item[]): Item[] => [...items, ...items]
const eight = <Item>(make: (n: number) => Item): Item[] => Array.from({ length: 8 }, (_, n) => make(n))

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_~'

/** What records hold. A release reads it for ever. */
const forms: readonly (readonly [name: string, value: unknown, stored: unknown])[] = [
  ['one value', eight(() => 1), { '#=': [8, 1] }],
  ['one text', eight(() => 'a'), { '#=': [8, 'a'] }],
  ['few values', twice(true, null, true, true), { '#?': ['01000100', true, null] }],
  ['few lists', twice(['a'], [], ['a'], []), { '#?': ['01010101', ['a'], []] }],
  ['times', twice(at, at + 63, at - 4096, null), { '#+': 'pJSSGw0,~,-10~,,100,~,-10~,' }],
  ['numbers of commits', twice(5000, 5001, 5003, 5003), { '#+': '1e8,1,2,0,-3,1,2,0' }],
  ['small numbers', [1, 2, 3, 4, 5, 6, 7, 999]],
  ['fractions', [1000.5, 2, 3, 4, 5, 6, 7, 8]],
  ['texts of one length', eight((n) => `abc${n}`), { '#.': '4.abc0abc1abc2abc3abc4abc5abc6abc7' }],
  ['texts', ['one', '', 'three', ...'45678'], { '#|': 'one||three|4|5|6|7|8' }],
  [
    'texts like earlier ones',
    [chrome(9), chrome(10), 'curl', chrome(10), ...'5678'],
    { '#|': `${chrome(9)}|<1Dg10|curl|<2V0|5|6|7|8` },
  ],
  ['texts with a mark', ['a|b', '<d', ...'345678']],
  [
    'objects with the same fields',
    eight((n) => ({ id: 'abcdefgh'[n], n, inner: { same: 0 } })),
    { '#': ['id,n,inner', { '#.': '1.abcdefgh' }, eight((n) => n), { '#': ['same', { '#=': [8, 0] }] }] },
  ],
  ['lists of one length', eight((n) => [n, 'x']), { '#,': [eight((n) => n), { '#=': [8, 'x'] }] }],
  ['other objects', eight((n) => ({ [`a${n}`]: n }))],
  ['a short list', [1, 1, 1, 1, 1, 1, 1]],
  ['a sealed value', sealed, { '#s': 'AAAAAAAA.bm9uY2U.Y2lwaGVydGV4dA' }],
  ['what is only like a sealed value', { ...sealed, keyId: 'A.A' }],
  ['times after nothing', [null, at, ...eight((n) => at + n)], { '#+': ',pJSSGw0,0,1,1,1,1,1,1,1' }],
  ['numbers up to a thousand', [1000, 1, 2, 3, 4, 5, 6, 7]],
  ['numbers too far apart', [9e15, -9e15, 1, 2, 3, 4, 5, 6]],
  ['half as many values as items', twice(1, 2, 3, 4), { '#?': ['01230123', 1, 2, 3, 4] }],
  ['more values', [1, 2, 3, 4, 5, 1, 2, 3]],
  [
    'as many values as there are digits',
    Array.from({ length: 192 }, (_, n) => n % 64),
    { '#?': [alphabet.repeat(3), ...Array.from({ length: 64 }, (_, n) => n)] },
  ],
  ['more values than there are digits', Array.from({ length: 200 }, (_, n) => n % 65)],
  ['equal lists', eight(() => ['a']), { '#=': [8, ['a']] }],
  ['texts of one length, some of them twice', twice('ab', 'cd', 'ef', 'gh'), { '#|': 'ab|cd|ef|gh|ab|cd|ef|gh' }],
  ['texts and others', ['a', 1, 'b', 2, 'c', 3, 'd', 4]],
  ['texts that begin like a difference', ['<d', ...'2345678']],
  ['texts that end so', ['d<', ...'2345678'], { '#|': 'd<|2|3|4|5|6|7|8' }],
  ['equal objects without fields', eight(() => ({})), { '#=': [8, {}] }],
  ['objects whose fields cannot be listed', eight((n) => ({ n, 'a,b': n }))],
  ['objects with a field of their kind', eight((n) => JSON.parse(`{"__proto__":${n},"n":${n}}`) as unknown)],
  ['objects and others', [...eight((n) => ({ n })), 5]],
  ['objects, and one without a field', [...eight((n) => ({ n, m: n })), { n: 1 }]],
  ['lists of other lengths', [...eight((n) => [n, 'x']), [1]]],
  ['lists and others', [...eight((n) => [n, 'x']), 1]],
  ['lists after an empty one', [[], ...eight((n) => [n])]],
  ['what is sealed in another way', { ...sealed, alg: 'aes' }],
  ['a sealed value with more', { ...sealed, more: 1 }],
  ['a sealed value in another order', Object.fromEntries(Object.entries(sealed).reverse())],
  ['a list within a short one', [eight(() => 1), 'x', null], [{ '#=': [8, 1] }, 'x', null]],
  ['nothing', null],
  ['a text', '#'],
  ['a number', 5],
  ['names with the mark', { '#': 1, '##': { '#=': [] }, a: 2 }, { '##': 1, '###': { '##=': [] }, a: 2 }],
].map(([name, value, stored = value]) => [name as string, value, stored])

describe('the stored form of lists', () => {
  it.each(forms)('%s', (_, value, stored) => {
    expect(JSON.stringify(packLists(value))).toBe(JSON.stringify(stored))
    expect(unpackLists(stored)).toStrictEqual(value)
  })
})

describe('texts like earlier ones', () => {
  const long = 'x'.repeat(63)
  const text = (...texts: string[]): string => (packLists([...texts, ...'345678']) as { '#|': string })['#|']

  it('name the nearest of those that they share most with, and what is between', () => {
    expect(text('abcdefgh1', 'abcdefgh22', 'abcdefgh333')).toBe('abcdefgh1|<18022|<180333|3|4|5|6|7|8')
  })

  it('share up to 63 signs of their beginning, and as many of their end', () => {
    const both = `${long}${long}`
    expect(text(`${both}-${both}`, `${both}+${both}`)).toBe(`${both}-${both}|<1~~${long}+${long}|3|4|5|6|7|8`)
    expect(unpackLists({ '#|': text(both, `${both}x`) })).toEqual([both, `${both}x`, ...'345678'])
  })

  it('share no sign twice', () => {
    expect(text('aaaaaaaa', 'aaaaaaaaaa')).toBe('aaaaaaaa|<180aa|3|4|5|6|7|8')
    expect(unpackLists({ '#|': text('aaaaaaaaaa', 'aaaaaaaa') })).toEqual(['aaaaaaaaaa', 'aaaaaaaa', ...'345678'])
  })

  it('are written as they are, unless that is longer', () => {
    expect(text('abcd', 'abcde')).toBe('abcd|abcde|3|4|5|6|7|8')
    expect(text('abcde', 'abcdef')).toBe('abcde|<150f|3|4|5|6|7|8')
  })
})

describe('what is packed', () => {
  it('is the same object, if nothing in it can be', () => {
    const value = { a: [1, null, 'x'], b: { c: {}, d: [[1]] }, e: null }
    expect(packLists(value)).toBe(value)
    expect(unpackLists(value)).toBe(value)
  })
})

describe('the stored text', () => {
  const list = eight(() => 1)

  it('is plain JSON while it is short', () => {
    expect(writePacked({ list }, { before: false })).toBe('{"list":[1,1,1,1,1,1,1,1]}')
  })

  it('is packed if it was packed before', () => {
    expect(writePacked({ list }, { before: true })).toBe('{"list":{"#=":[8,1]}}')
  })

  it('is packed from 8 kB on, and if it has a name or a text with the mark', () => {
    const filling = 'x'.repeat(8192)
    expect(writePacked({ list, filling }, { before: false })).toBe(`{"list":{"#=":[8,1]},"filling":"${filling}"}`)
    expect(writePacked({ list, '#=': 1 }, { before: false })).toBe('{"list":{"#=":[8,1]},"##=":1}')
    expect(writePacked({ list, text: '#' }, { before: false })).toBe('{"list":{"#=":[8,1]},"text":"#"}')
  })
})
