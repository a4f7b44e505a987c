import { describe, expect, it } from 'vitest'
import {
  eventCursor,
  factCursor,
  parseEventCursor,
  parseFactCursor,
  requireHistoryQuery,
  requireLimit,
  requireNumber,
  requireRecordId,
  requireRows,
  requireTime,
} from '../../../src/core/storage-query.ts'

const refused = expect.objectContaining({ code: 'NL_ARGUMENT' }) as Error
const passes = (check: (value: any) => void, value: unknown): boolean => {
  try {
    check(value)
    return true
  } catch (error) {
    expect(error).toEqual(refused)
    return false
  }
}

describe('what a storage is asked', () => {
  it.each<readonly [string, (value: any) => void, readonly unknown[], readonly unknown[]]>([
    ['a record id', requireRecordId, ['a', 'x'.repeat(200)], ['', 'x'.repeat(201), 5, null, undefined]],
    ['a limit', requireLimit, [1, 500], [0, 501, 1.5, '5', null, undefined, Number.NaN]],
    ['rows', (rows) => requireRows(rows, 'rows'), [[], new Array(500)], [new Array(501)]],
    ['a number', (n) => requireNumber(n, 'n'), [0, 7], [-1, 1.5, '1', null]],
    ['a time', (at) => requireTime(at, 'at'), [0, -5, 7], [1.5, '1', null, Infinity]],
  ])('has %s within its bounds, or throws NL_ARGUMENT', (_, check, good, bad) => {
    expect(good.map((value) => passes(check, value))).toEqual(good.map(() => true))
    expect(bad.map((value) => passes(check, value))).toEqual(bad.map(() => false))
  })

  it('has a whole query, or throws NL_ARGUMENT', () => {
    const query = { id: 'account:ada', limit: 10 }
    const good = [{}, { id: null }, { order: 'oldest' }, { filter: {} }, { filter: { from: 1, to: 2, types: ['a'] } }]
    const bad = [
      { id: 5 },
      { limit: 0 },
      { order: 'upwards' },
      { filter: { from: '1' } },
      { filter: { to: 1.5 } },
      { filter: { types: 'a' } },
      { filter: { types: [5] } },
    ]
    const passesWith = (more: object): boolean => passes(requireHistoryQuery, { ...query, ...more })
    expect(good.map(passesWith)).toEqual(good.map(() => true))
    expect(bad.map(passesWith)).toEqual(bad.map(() => false))
  })
})

describe('a cursor of events', () => {
  it('is the number of a row, as it was given out', () => {
    expect(parseEventCursor(undefined)).toBeNull()
    expect(parseEventCursor(eventCursor(42))).toBe(42)
    expect(parseEventCursor('0', 'oldest')).toBe(0)
  })

  it('is no other text', () => {
    for (const text of ['0', '-1', '01', '1.5', '', 'x', '9999999999999999', '10000000000000000', 5, null]) {
      expect(passes(parseEventCursor, text), String(text)).toBe(false)
    }
  })
})

describe('a cursor of facts', () => {
  it('is the time and the id of a row, as it was given out', () => {
    expect(parseFactCursor(undefined)).toBeNull()
    for (const at of [0, -7, 1_790_000_000_000]) {
      expect(parseFactCursor(factCursor({ at, id: 'a:b\n' }))).toEqual({ at, id: 'a:b\n' })
    }
  })

  it('is no other text', () => {
    const long = `1:${'x'.repeat(201)}`
    for (const text of [
      '',
      '1',
      '1:',
      ':a',
      'x:a',
      '1.5:a',
      '9999999999999999:a',
      '11111111111111111:a',
      long,
      5,
      null,
    ]) {
      expect(passes(parseFactCursor, text), String(text)).toBe(false)
    }
  })
})
