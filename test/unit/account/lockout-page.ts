import { readFileSync } from 'node:fs'
import { root } from '../source-tree.ts'

/** The cells of the first table below a heading, without its line of dashes. */
export function tableBelow(heading: string): readonly (readonly string[])[] {
  const text = readFileSync(`${root}docs/lockout.md`, 'utf8').split(`\n## ${heading}\n`)[1] ?? ''
  const table = /(?:^\|.*\n)+/m.exec(text)?.[0].split('\n') ?? []
  const lines = table.filter((line) => line !== '' && !line.startsWith('| -'))
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}
