import { describe, expect, it } from 'vitest'
import { readCbor } from '../../../src/core/passkeys/cbor.ts'

const read = (hex: string): unknown => {
  const bytes = new Uint8Array(Buffer.from(hex, 'hex'))
  const item = readCbor(bytes)
  return item === null ? 'malformed' : item.end === bytes.length ? item.value : `ends at ${item.end}`
}

describe('CBOR', () => {
  // The examples of RFC 8949, Appendix A, that authenticators write.
  it.each<[string, unknown]>([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1000],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['3863', -100],
    ['3903e7', -1000],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['f7', null],
    ['f93c00', null],
    ['fa47c35000', null],
    ['fb3ff199999999999a', null],
    ['40', new Uint8Array(0)],
    ['4401020304', Uint8Array.of(1, 2, 3, 4)],
    ['60', ''],
    ['62c3bc', 'ü'],
    ['80', []],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    ['a0', new Map()],
    [
      'a201020304',
      new Map([
        [1, 2],
        [3, 4],
      ]),
    ],
    [
      'a26161016162820203',
      new Map<string, unknown>([
        ['a', 1],
        ['b', [2, 3]],
      ]),
    ],
    ['8181818181818180', [[[[[[[[]]]]]]]]],
  ])('%s is read', (hex, value) => {
    expect(read(hex)).toEqual(value)
  })

  it.each([
    ['nothing', ''],
    ['a number longer than need be', '1817'],
    ['a number longer than need be', '1900ff'],
    ['a number longer than need be', '1a0000ffff'],
    ['a number longer than need be', '1b00000000ffffffff'],
    ['a number that no number holds', '1bffffffffffffffff'],
    ['a cut number', '19ff'],
    ['a reserved length', '1c'],
    ['an indefinite text', '7f6161ff'],
    ['indefinite bytes', '5f4101ff'],
    ['an indefinite list', '9f01ff'],
    ['an indefinite map', 'bf0102ff'],
    ['a break', 'ff'],
    ['cut bytes', '4401'],
    ['bytes of terabytes', '5b00000fffffffffff'],
    ['a list of terabytes', '9b00000fffffffffff'],
    ['a map of terabytes', 'bb00000fffffffffff'],
    ['a cut list', '8201'],
    ['a cut map', 'a101'],
    ['a repeated key', 'a201020103'],
    ['a repeated key', 'a2616101616102'],
    ['a key of bytes', 'a1410102'],
    ['a key that is a list', 'a18001'],
    ['a key that is true', 'a1f501'],
    ['a text that is no UTF-8', '61ff'],
    ['a surrogate', '63eda080'],
    ['a tag', 'c074323031332d30332d32315432303a30343a30305a'],
    ['a simple value without a name', 'f0'],
    ['a simple value without a name', 'f8ff'],
    ['a cut float', 'fb3ff1'],
    ['nine levels', '818181818181818180'],
  ])('[PKR-19] %s is malformed: %s', (_, hex) => {
    expect(read(hex)).toBe('malformed')
  })

  it('is read to the end of one item', () => {
    expect(read('0000')).toBe('ends at 1')
    expect(readCbor(Uint8Array.of(0xff, 0x01, 0xff), 1)).toEqual({ value: 1, end: 2 })
    expect(readCbor(Uint8Array.of(1), 1)).toBeNull()
    expect(readCbor(Uint8Array.of(1), 7)).toBeNull()
  })
})
