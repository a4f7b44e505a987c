import { expect } from 'vitest'
import { isNightlatchError } from '../../src/core/errors.ts'

/** Texts that break careless code: empty, huge, cut, invisible, of other scripts, of other grammars. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  '-'.repeat(100_000),
  ' '.repeat(100_000) + 'x',
  'a'.repeat(1_000_000),
  '0'.repeat(129),
  '\uD800',
  '\uDC00\uD800',
  'e\u0301'.repeat(50_000),
  '\uFDFA'.repeat(1_000),
  '\u202Eabc\u202C',
  '\u200B\u200B\u200B\u200B',
  '\u3164\u3164\u3164\u3164',
  '٠١٢٣٤٥',
  '１２３４５６',
  '١२৩௪5６',
  '𝟘𝟙𝟚𝟛𝟜𝟝',
  'İıſKß',
  '<img src=x onerror=alert(1)>',
  "'; drop table accounts; --",
  '${7*7}{{7*7}}%s%n',
  'x\r\nBcc: a@b.example',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  '-1',
  '1e3',
  '0x10',
]

const nested: unknown = Array.from({ length: 2000 }).reduce((inner) => [inner], [] as unknown)

/** Returns itself for every property and call. */
const mirror: object = new Proxy(() => mirror, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => 'mirror' : name === 'then' ? undefined : mirror),
})

/** Values of every other kind, each a known mistake. */
export const hostileValues: readonly unknown[] = [
  ...hostileTexts,
  undefined,
  null,
  true,
  false,
  0,
  -0,
  -1,
  1.5,
  NaN,
  Infinity,
  -Infinity,
  2 ** 31,
  2 ** 53,
  1e308,
  10n,
  Symbol('s'),
  {},
  [],
  [[]],
  [''],
  [null],
  new Array(3),
  Object.create(null),
  { length: 32 },
  { length: -1, 0: 'x' },
  { toString: 'x', valueOf: 1 },
  { __proto__: null, profile: 'x' },
  new Date(NaN),
  new Map(),
  /x/,
  () => 'x',
  new Uint8Array(0),
  new Uint8Array(31),
  new Uint8Array(32),
  new Uint16Array(32),
  new ArrayBuffer(32),
  new DataView(new ArrayBuffer(32)),
  new String('x'),
  Buffer.from('x'),
  Object.freeze({ a: Object.freeze([]) }),
  JSON.parse('{"__proto__":{"profile":"x"}}'),
  { [Symbol.iterator]: 1, toJSON: () => 'x' },
  {
    toString() {
      throw new Error('asked for a text')
    },
    valueOf() {
      throw new Error('asked for a value')
    },
  },
  nested,
  mirror,
  new Proxy({}, {}),
]

/** Runs a call that may return anything or throw a NightlatchError. */
export function expectHonest(call: () => unknown): void {
  try {
    call()
  } catch (error) {
    expect(isNightlatchError(error), String(error)).toBe(true)
  }
}

/** Feeds every hostile value to a function as its only argument, and in place of each field of a good one. */
export function expectHonestEverywhere<Options extends object>(
  call: (options: Options) => unknown,
  good: Options,
): void {
  for (const value of hostileValues) {
    expectHonest(() => call(value as Options))
    for (const key of Object.keys(good)) expectHonest(() => call({ ...good, [key]: value }))
  }
}
