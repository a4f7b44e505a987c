import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { coverage, report, unknownIds } from '../../docs/conformance/report.ts'
import type { Row } from '../../docs/conformance/report.ts'
import { titlesOf } from '../../docs/conformance/titles.ts'
import { root } from './source-tree.ts'

const row = (id: string, level: Row['level'], scope: Row['scope'] = 'library'): Row => ({
  id,
  section: id.split('-')[0] ?? '',
  requirement: `what ${id} | asks`,
  source: 'RFC 1',
  level,
  scope,
})

describe('titles', () => {
  const idsIn = (text: string): readonly string[] => titlesOf('a.test.ts', text).flatMap(({ ids }) => ids)

  it.each([
    [`it('[AB-1] is one', () => {})`, ['AB-1']],
    ['test("[AB-1, AB-2] are two", () => {})', ['AB-1', 'AB-2']],
    ['it(`[AB-1] and [CD-3] of ${name}`, () => {})', ['AB-1', 'CD-3']],
    [`describe('[AB-1] a group', () => { it('[AB-2] inside', () => {}) })`, ['AB-1', 'AB-2']],
    [`it.each([1, 2])('[AB-1] with %s', () => {})`, ['AB-1']],
    [`suite.it('[AB-1] in a contract', () => {})`, ['AB-1']],
    [`it('[AB-1] long ' + 'title', () => {})`, ['AB-1']],
    [`it('AB-1 without brackets', () => {})`, []],
    [`it('(promise 1) [not an id]', () => {})`, []],
    [`it.skip('[AB-1] later', () => {})`, []],
    [`describe.skip('off', () => { it('[AB-1] inside', () => {}) })`, []],
    [`it.todo('[AB-1]')`, []],
    [`expect('[AB-1]').toBe(1) // it('[AB-2]')`, []],
  ])('have the ids in their brackets: %s', (text, ids) => {
    expect(idsIn(text)).toEqual(ids)
  })
})

describe('the report', () => {
  const rows = [row('AB-1', 'must'), row('AB-2', 'should'), row('CD-1', 'must', 'host')]
  const titles = titlesOf('a.test.ts', `it('[AB-1] holds a|b', () => {}); it('[AB-2] too', () => {})`)

  it('counts must rows only', () => {
    expect(coverage(rows, titles)).toBe('covered 1 of 2 must rows')
    expect(coverage(rows, [])).toBe('covered 0 of 2 must rows')
  })

  it('shows every row with its tests, or a dash', () => {
    const text = report(rows, titles)
    expect(text).toContain('| AB-1 | what AB-1 \\| asks | RFC 1 | must | holds a\\|b (`a.test.ts`) |')
    expect(text).toContain('| AB-2 | what AB-2 \\| asks | RFC 1 | should | too (`a.test.ts`) |')
    expect(text).toContain('| CD-1 | what CD-1 \\| asks | RFC 1 | must (host) | — |')
  })

  it('names ids that are in no row', () => {
    expect(unknownIds(rows, titlesOf('a.test.ts', `it('[XY-9] is new', () => {})`))).toEqual([
      'a.test.ts: "[XY-9] is new" names XY-9, which is no row',
    ])
    expect(unknownIds(rows, titles)).toEqual([])
  })
})

describe('the rows', () => {
  const rows = JSON.parse(readFileSync(`${root}docs/conformance/rows.json`, 'utf8')) as Row[]

  it('have unique ids and every field', () => {
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
    for (const one of rows) {
      expect(one.id).toMatch(/^[A-Z]{2,5}-\d{1,3}$/)
      expect(['must', 'should', 'may']).toContain(one.level)
      expect(['library', 'shared', 'host', 'doc']).toContain(one.scope)
      expect(one.requirement).toMatch(/^[^\n]{15,140}$/)
      expect(one.source).not.toBe('')
    }
  })

  it('are 282, and 243 of them are must rows', () => {
    expect(coverage(rows, [])).toBe('covered 0 of 243 must rows')
    expect(rows).toHaveLength(282)
  })
})
