import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packLists, readPacked, unpackLists, writePacked } from '../../src/core/record/packed-lists.ts'

/** What is packed is stored as text, and read from it. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const again = (value: unknown): unknown => unpackLists(stored(packLists(value)))

const name = fc.oneof(
  fc.constantFrom('id', 'at', '#', '##', '#=', '#?', '#+', '#.', '#|', '#,', '__proto__', 'a,b', '', '0', 'length'),
  fc.string({ maxLength: 3 }),
)
const text = fc.oneof(
  fc.constantFrom('', '|', '<', '<1', '<10000', '.', '3.', '__proto__', '{"a":1}', 'null', '😀', '\ud83d', '\ude00'),
  fc.string({ maxLength: 12, unit: 'binary' }),
  fc.constantFrom('Firefox', 'Chrome').chain((browser) => fc.nat(999).map((n) => `${browser}/${n} (Linux; x86_64)`)),
)
const number = fc.oneof(
  fc.nat(9),
  fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const one = fc.oneof(text, number, fc.boolean(), fc.constant(null))

const { anything } = fc.letrec<{ anything: unknown }>((tie) => ({
  anything: fc.oneof({ depthSize: 'small' }, one, listsOf(tie('anything')), objectsOf(tie('anything'))),
}))

function objectsOf(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.array(fc.tuple(name, value), { maxLength: 4 }).map((fields) => Object.fromEntries(fields))
}

/** Lists of one kind of item, of items of one shape, of few values, and of anything. */
function listsOf(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const lists = (item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> =>
    fc.array(item, { minLength: 6, maxLength: 16 })
  const rows = fc
    .uniqueArray(name, { maxLength: 4 })
    .chain((names) =>
      fc
        .array(fc.tuple(...names.map(() => fc.oneof(one, value))), { maxLength: 8 })
        .map((all) => all.map((row) => Object.fromEntries(names.map((field, at) => [field, row[at]])))),
    )
  const tuples = fc.nat(3).chain((length) => lists(fc.array(one, { minLength: length, maxLength: length })))
  const few = fc.array(value, { minLength: 1, maxLength: 3 }).chain((values) => lists(fc.constantFrom(...values)))
  const times = lists(fc.oneof(number, fc.constant(null)))
  return fc.oneof(lists(text), times, rows, tuples, few, lists(value))
}

describe('packed lists', () => {
  it('unpack to what was packed, for any JSON', () => {
    fc.assert(
      fc.property(anything.map(stored), (value) => {
        expect(again(value)).toStrictEqual(value)
        expect(JSON.stringify(again(value))).toBe(JSON.stringify(value))
      }),
      { numRuns: 3000 },
    )
  })

  it('are read from the text of any JSON, short or long', () => {
    fc.assert(
      fc.property(
        anything.map(stored),
        fc.constantFrom('', 'x'.repeat(10_000)),
        fc.boolean(),
        (value, filling, before) => {
          expect(readPacked(writePacked({ value, filling }, { before }))).toStrictEqual({ value, filling })
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('unpack to what JSON keeps of a value with undefined parts', () => {
    const parts = fc.array(fc.record({ a: fc.option(one, { nil: undefined }), b: fc.nat(2) }), {
      minLength: 6,
      maxLength: 12,
    })
    fc.assert(
      fc.property(parts, (value) => {
        expect(again(value)).toStrictEqual(stored(value))
      }),
    )
  })

  it('are packed alike a second time, also if only some of them were changed', () => {
    fc.assert(
      fc.property(fc.array(listsOf(one).map(stored), { minLength: 2, maxLength: 4 }), one, (lists, added) => {
        const [first, ...others] = again(lists) as unknown[][]
        const changed = [[...first!, added], ...others]
        expect(stored(packLists(changed))).toStrictEqual(stored(packLists(stored(changed))))
      }),
    )
  })

  it('are left alone by packing and unpacking', () => {
    fc.assert(
      fc.property(anything.map(stored), (value) => {
        const before = JSON.stringify(value)
        const packed = packLists(value)
        expect(JSON.stringify(value)).toBe(before)
        const text = JSON.stringify(packed)
        unpackLists(packed)
        expect(JSON.stringify(packed)).toBe(text)
      }),
    )
  })
})
