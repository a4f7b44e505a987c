import { describe, expect, it } from 'vitest'
import { packLists, unpackLists, writePacked } from '../../../src/core/record/packed-lists.ts'

const sealed = { alg: 'xchacha20-poly1305', keyId: 'AAAAAAAA', nonce: 'bm9uY2U', ciphertext: 'Y2lwaGVydGV4dA' }
const at = 1_767_225_600_000
const chrome = (version: number): string => `Mozilla/5.0 (X11; Linux x86_64) Chrome/${version}.0 Safari/537.36`

const twice = <Item>(...items: readonly Item[]): Item[] => [...items, ...items]
const eight = <Item>(make: (n: number) => Item): Item[] => Array.from({ length: 8 }, (_, n) => make(n))

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
  ['names with the mark', { '#': 1, '##': { '#=': [] }, a: 2 }, { '##': 1, '###': { '##=': [] }, a: 2 }],
].map(([name, value, stored = value]) => [name as string, value, stored])

describe('the stored form of lists', () => {
  it.each(forms)('%s', (_, value, stored) => {
    expect(JSON.stringify(packLists(value))).toBe(JSON.stringify(stored))
    expect(unpackLists(stored)).toStrictEqual(value)
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
