import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sheetOf } from '../../examples/guide/sheet.ts'
import { users } from '../../examples/guide/users.ts'
import { root } from './source-tree.ts'

const read = (path: string): string => readFileSync(root + path, 'utf8')
const example = (file: string): string => read(`examples/guide/${file}`)

/** Lines of code: neither blank nor a comment. */
function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '' && !line.startsWith('//'))
}

/** Lines of code that `after` has and `before` does not, each as often as it is added. */
function added(after: string, before: string): number {
  const left = linesOf(before)
  return linesOf(after).filter((line) => {
    const at = left.indexOf(line)
    if (at !== -1) left.splice(at, 1)
    return at === -1
  }).length
}

/** What a host writes because of nightlatch: its options, and what its application has more than before. */
const written = (framework: string): number =>
  linesOf(example('nightlatch.ts')).length + added(example(`${framework}.ts`), example(`${framework}-before.ts`))

/** The TypeScript on a page. */
const blocksOf = (page: string): string[] =>
  [...read(page).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code)

describe('the lines that a host writes', () => {
  it('are as many as the README says, in Express and in Hono', () => {
    const said = /\*\*(\d+)\s+lines\*\*\s+in\s+Express\s+5\s+and\s+\*\*(\d+)\*\*\s+in\s+Hono/.exec(read('README.md'))
    expect(said?.slice(1).map(Number)).toEqual([written('express'), written('hono')])
  })

  it('are counted without blank lines, comments and what was there before', () => {
    expect(added('a\n\n// b\nc\nc\n  d', 'c\nd')).toBe(2)
  })
})

describe('docs/guide.md', () => {
  const programs = ['nightlatch.ts', 'express.ts', 'hono.ts', 'sheet.ts', 'support.ts', 'reseal.ts'].map(example)

  it('shows only code of the programs that the tests run, letter by letter', () => {
    const strange = blocksOf('docs/guide.md').filter((code) => !programs.some((program) => program.includes(code)))
    expect(strange).toEqual([])
  })

  it.each(['nightlatch.ts', 'express.ts'])('shows every line of %s, in its order', (file) => {
    const shown = blocksOf('docs/guide.md').filter((code) => example(file).includes(code))
    expect(shown.flatMap(linesOf)).toEqual(linesOf(example(file)))
  })

  it('shows how to make a sheet of backup codes in the language of a person', async () => {
    const user = await users.byEmail('ann@acme.example')
    const sheet = (await sheetOf(user!, ['7K3M-Q9XTW-02A1'])).split('\n')
    expect(sheet[0]).toBe('Acme: backup codes')
    expect(sheet.join('\n')).toContain('[ ]  1.  7K3M-Q9XTW-02A1')
  })
})
