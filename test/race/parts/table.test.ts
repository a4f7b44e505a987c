import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parts } from './parts.ts'

/** The rows of the table, cell by cell. */
function rowsOfTable(): readonly (readonly string[])[] {
  const text = readFileSync(new URL('../../../SECURITY.md', import.meta.url), 'utf8')
  const section = text.split('\n## If a part fails\n')[1]?.split('\n## ')[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| `'))
  return rows.map((row) => row.split('|').map((cell) => cell.trim()))
}

const namesIn = (cell = ''): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

function timeOf(ms: number): string {
  if (ms === 0) return 'nobody waits'
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`
}

/** Parts that have tests of their own. */
const elsewhere = ['mailer', 'sms.sender', 'report', 'clock', 'random']

describe('the table of SECURITY.md about parts that fail', () => {
  const rows = rowsOfTable()

  it.each(parts.map((part) => [part.title, part] as const))('says of %s what the tests show', (title, part) => {
    const [, , deadline, seen, told] = rows.find(([, names]) => namesIn(names).includes(title)) ?? []
    expect(deadline).toBe(timeOf(part.deadlineMs))
    const codes = part.sees.filter((one) => one.startsWith('NL_'))
    for (const code of codes) expect(namesIn(seen)).toContain(code)
    if (codes.length === 0) for (const name of namesIn(seen)) expect(name).not.toMatch(/^NL_/)
    expect(told).toBe(part.told === null ? 'the error' : `\`${part.told}\``)
  })

  it('names each part once, and no other', () => {
    const named = rows.flatMap(([, names]) => namesIn(names))
    expect([...named].sort()).toEqual([...new Set([...parts.map(({ title }) => title), ...elsewhere])].sort())
  })
})
