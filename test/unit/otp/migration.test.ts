import { encodeBase32, parseMigrationUri } from 'nightlatch/otp'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'

type Field = readonly [tag: number, value: number | bigint | string | Uint8Array]

function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return [...bytes, Number(rest)]
}

function message(...fields: readonly Field[]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([tag, value]) => {
      if (typeof value === 'number' || typeof value === 'bigint') return [...varint(tag * 8), ...varint(value)]
      const bytes = typeof value === 'string' ? utf8(value) : value
      return [...varint(tag * 8 + 2), ...varint(bytes.length), ...bytes]
    }),
  )
}

function uri(payload: Uint8Array): string {
  return `otpauth-migration://offline?data=${encodeURIComponent(Buffer.from(payload).toString('base64'))}`
}

const secret = new Uint8Array(20).map((_, i) => 250 - i)
const usual: readonly Field[] = [
  [1, secret],
  [2, 'Acme:alice@example.com'],
  [3, 'Acme'],
  [4, 1],
  [5, 1],
  [6, 2],
]
const change = (tag: number, value: Field[1]): Uint8Array =>
  message(...usual.map((field): Field => (field[0] === tag ? [tag, value] : field)))
const one = (key: Uint8Array): ReturnType<typeof parseMigrationUri> => parseMigrationUri(uri(message([1, key], [2, 1])))

describe('parseMigrationUri', () => {
  it('reads an export of several keys with its index in the batch', () => {
    const hotp = message([1, secret], [2, 'bob'], [4, 3], [5, 2], [6, 1], [7, 2 ** 40])
    const payload = message([1, message(...usual)], [1, hotp], [2, 1], [3, 2], [4, 1], [5, -1234567])
    expect(parseMigrationUri(uri(payload))).toEqual({
      ok: true,
      keys: [
        {
          type: 'totp',
          issuer: 'Acme',
          account: 'alice@example.com',
          secret,
          algorithm: 'SHA1',
          digits: 6,
          period: 30,
          warnings: [],
        },
        {
          type: 'hotp',
          account: 'bob',
          secret,
          algorithm: 'SHA512',
          digits: 8,
          counter: 2 ** 40,
          warnings: ['algorithm', 'digits'],
        },
      ],
      refused: [],
      version: 1,
      batch: { size: 2, index: 1, id: -1234567 },
    })
  })

  it('[HOTP-4] reads the well-known example, whose secret has 80 bits, only with the option legacy', () => {
    const text = 'otpauth-migration://offline?data=CjEKCkhlbGxvId6tvu8SGGV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZTAC'
    const outcome = parseMigrationUri(text, { legacy: true })
    expect(outcome).toMatchObject({
      ok: true,
      keys: [{ type: 'totp', issuer: 'Example', account: 'alice@google.com', warnings: ['short-secret'] }],
    })
    expect(outcome.ok && encodeBase32(outcome.keys[0]!.secret)).toBe('JBSWY3DPEHPK3PXP')
    expect(parseMigrationUri(text)).toMatchObject({ ok: true, keys: [], refused: [{ at: 0, reason: 'short-secret' }] })
  })

  it('reads the issuer from the name when there is no other', () => {
    expect(one(change(3, ''))).toMatchObject({ keys: [{ issuer: 'Acme', account: 'alice@example.com' }] })
    expect(one(change(2, 'alice'))).toMatchObject({ keys: [{ issuer: 'Acme', account: 'alice' }] })
  })

  it.each([
    ['md5', change(4, 4), 'algorithm'],
    ['an unknown hash', change(4, 9), 'algorithm'],
    ['a negative hash', change(4, -1), 'algorithm'],
    ['unknown digits', change(5, 3), 'digits'],
    ['an unknown type', change(6, 3), 'type'],
    ['a negative type', change(6, -1), 'type'],
    ['no secret', change(1, ''), 'secret'],
    ['a number for a secret', change(1, 5), 'secret'],
    ['no account', change(2, 'Acme:'), 'label'],
    ['two colons', change(2, 'a:b:c'), 'label'],
    ['a name that is no UTF-8', change(2, Uint8Array.of(0xff)), 'label'],
    ['a counter too large', message(...usual.slice(0, 5), [6, 1], [7, 2n ** 60n]), 'counter'],
    ['a negative counter', message(...usual.slice(0, 5), [6, 1], [7, -1]), 'counter'],
    ['bytes that are no message', Uint8Array.of(0xff, 0xff), 'malformed'],
  ])('leaves out a key with %s, and reads the others', (_name, key, reason) => {
    const payload = message([1, key], [1, message(...usual)])
    expect(parseMigrationUri(uri(payload))).toMatchObject({
      ok: true,
      keys: [{ account: 'alice@example.com' }],
      refused: [{ at: 0, reason }],
    })
  })

  it.each([
    ['of type 0', change(6, 0)],
    ['without a type', message(...usual.slice(0, 5))],
    ['with nothing but a secret and a name', message(...usual.slice(0, 2))],
  ])('reads a key %s as one of codes by time, as other importers do', (_name, key) => {
    expect(one(key)).toMatchObject({
      keys: [{ type: 'totp', algorithm: 'SHA1', digits: 6, period: 30, warnings: [] }],
      refused: [],
    })
  })

  it('ignores fields that it does not know', () => {
    const strange = [...message([99, 'x'], [98, 7]), 0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x0d, 1, 2, 3, 4]
    expect(parseMigrationUri(uri(Uint8Array.from([...strange, ...message([1, message(...usual)])])))).toMatchObject({
      ok: true,
      keys: [{ account: 'alice@example.com' }],
    })
  })

  it.each([
    ['a cut field', Uint8Array.of(0x0a, 5, 1)],
    ['a cut number', Uint8Array.of(0x10, 0x80)],
    ['a cut fixed field', Uint8Array.of(0x09, 1, 2)],
    ['a group', Uint8Array.of(0x0b)],
    ['a field of number 0', Uint8Array.of(0x00, 1)],
    ['a number of eleven bytes', Uint8Array.of(0x10, ...new Array<number>(10).fill(0x80), 1)],
    ['a negative length', Uint8Array.of(0x0a, ...varint(-1))],
  ])('answers malformed for a payload that has %s', (_name, payload) => {
    expect(parseMigrationUri(uri(payload))).toEqual({ ok: false, reason: 'malformed' })
  })

  it('reads base64 with a space for a plus, and base64url', () => {
    const payload = message([1, change(1, new Uint8Array(20).fill(0xfb))])
    const base64 = Buffer.from(payload).toString('base64')
    expect(base64).toContain('+')
    for (const data of [base64, base64.replaceAll('+', '%20'), Buffer.from(payload).toString('base64url')]) {
      expect(parseMigrationUri(`otpauth-migration://offline?x=1&data=${data}`)).toMatchObject({ ok: true })
    }
  })

  it.each([
    ['', 'malformed'],
    ['otpauth-migration://offline', 'malformed'],
    ['otpauth-migration://offline?data=', 'malformed'],
    ['otpauth-migration://offline?data=!!!!', 'malformed'],
    ['otpauth-migration://offline?data=%zz', 'malformed'],
    ['otpauth://totp/a?secret=x', 'malformed'],
    [`otpauth-migration://offline?data=${'A'.repeat(9000)}`, 'too-long'],
  ])('refuses %j with its reason', (text, reason) => {
    expect(parseMigrationUri(text)).toEqual({ ok: false, reason })
  })

  it('refuses a link with two exports, of which apps could read either', () => {
    const data = encodeURIComponent('CiEKFDEyMzQ1Njc4OTAxMjM0NTY3ODkwEgNBZGEgASgBMAIQARgBIAA=')
    const link = `otpauth-migration://offline?data=${data}`
    expect(parseMigrationUri(link)).toMatchObject({ ok: true })
    expect(parseMigrationUri(`${link}&data=AAAA`)).toEqual({ ok: false, reason: 'malformed' })
  })
})
