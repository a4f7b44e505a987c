import { describe, expect, it } from 'vitest'
import { createFactCheck } from '../../../src/core/record/check-facts.ts'
import type { NewFact } from '../../../src/core/record/fact-form.ts'
import { isFactGenuine, signFact } from '../../../src/core/record/fact-form.ts'
import { isFields, isWhole, sortedEntries } from '../../../src/core/record/history-form.ts'
import { readBody, splitFields, writeBody } from '../../../src/core/record/history-row.ts'

describe('the fields of a row', () => {
  it('are listed by the UTF-8 bytes of their names, whatever their order was', () => {
    const names = [
      'b',
      'abc',
      'a',
      'ab',
      '',
      'B',
      '\u{10000}',
      '\ue000',
      '\uffff',
      '\ud7ff',
      '😀',
      'a\u{10000}',
      'a\ue000',
    ]
    const expected = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    for (const order of [names, [...names].reverse(), [...names].sort()]) {
      const sorted = sortedEntries(Object.fromEntries(order.map((name) => [name, 'x'])))
      expect(sorted.map(([name]) => name)).toEqual(expected)
    }
  })

  it('are texts by name, and no value that somebody else put there', () => {
    expect([{}, { a: 'x' }].map(isFields)).toEqual([true, true])
    expect([null, undefined, 'text', 5, [], ['x'], { a: 5 }, { a: null }].map(isFields)).toEqual(Array(8).fill(false))
  })

  it('are told apart: what retention takes, and what stays', () => {
    const fields = { ip: '1', network: '2', userAgent: '3', flow: '4' }
    expect(splitFields(fields)).toEqual({
      open: { flow: '4' },
      private: { ip: '1', network: '2', userAgent: '3' },
    })
  })
})

describe('a time or number of a row', () => {
  it('is whole and not below zero', () => {
    expect([0, 1, Number.MAX_SAFE_INTEGER].map(isWhole)).toEqual([true, true, true])
    expect([-1, 1.5, 2 ** 53, Number.NaN, '1', null].map(isWhole)).toEqual(Array(6).fill(false))
  })
})

describe('the text of a body', () => {
  const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(1)
  const common = { version: '1.A', fields: { flow: 'x' }, p: bytes(32), m: bytes(32) }
  const full = writeBody({ ...common, detail: { kind: 'private', salt: bytes(16), fields: { ip: 'y' } } })
  const short = writeBody({ ...common, detail: { kind: 'short', s: bytes(32), fields: { network: 'z' } } })

  it('is read as it was written, in its full and in its short form', () => {
    expect(readBody(full)).toEqual({ ...common, detail: { kind: 'private', salt: bytes(16), fields: { ip: 'y' } } })
    expect(readBody(short)).toEqual({ ...common, detail: { kind: 'short', s: bytes(32), fields: { network: 'z' } } })
  })

  it('is none with a salt or a MAC that is none, or fields that are none', () => {
    const parsed = [full, short].map((text) => JSON.parse(text) as Record<string, Record<string, unknown>>)
    const others = [
      { ...parsed[0], private: { ...parsed[0]!['private'], salt: '!' } },
      { ...parsed[0], private: { ...parsed[0]!['private'], salt: 'AQ' } },
      { ...parsed[0], private: { ...parsed[0]!['private'], fields: { ip: 5 } } },
      { ...parsed[0], private: null },
      { ...parsed[1], short: { ...parsed[1]!['short'], s: '!' } },
      { ...parsed[1], short: { ...parsed[1]!['short'], s: 5 } },
      { ...parsed[1], short: { ...parsed[1]!['short'], fields: null } },
      { ...parsed[1], short: 5 },
    ]
    expect(others.map((other) => readBody(JSON.stringify(other)))).toEqual(others.map(() => null))
  })
})

describe('the facts of one place, newest first', () => {
  const key = bytes32(7)
  const place = { realm: 'main', recordId: 'account:ada' }
  const fact = (id: string, at: number): NewFact => ({ id, type: 'mfa_fail', at, fields: {} })
  const faults = (...listed: NewFact[]): unknown[] => {
    const find = createFactCheck(key, place)
    return listed.map((one) => find(signFact(key, place, one)))
  }

  it('are genuine in their order: by time, and of one time by id', () => {
    expect(faults(fact('b', 9), fact('d', 5), fact('c', 5), fact('a', 4))).toEqual([null, null, null, null])
  })

  it('are added where one stands a second time or in another place', () => {
    expect(faults(fact('b', 9), fact('b', 9))).toEqual([null, { fault: 'added', fact: 'b' }])
    expect(faults(fact('b', 9), fact('c', 9))).toEqual([null, { fault: 'added', fact: 'c' }])
    expect(faults(fact('b', 8), fact('a', 9))).toEqual([null, { fault: 'added', fact: 'a' }])
  })

  it('are changed where one is not genuine, and that does not move the place of the next one', () => {
    const find = createFactCheck(key, place)
    const signed = signFact(key, place, fact('b', 9))
    expect(find({ ...signed, at: 1 })).toEqual({ fault: 'changed', fact: 'b' })
    expect(find(signed)).toBeNull()
    expect(isFactGenuine(key, { ...place, recordId: null }, signed)).toBe(false)
  })
})

function bytes32(value: number): Uint8Array {
  return new Uint8Array(32).fill(value)
}
