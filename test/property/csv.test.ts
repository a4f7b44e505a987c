import fc from 'fast-check'
import { eventsToCsv } from 'nightlatch/events'
import { describe, expect, it } from 'vitest'
import { event } from '../unit/events/history.ts'

/** Reads a file as a lenient spreadsheet does: quotes count at the beginning of a cell only, and lone ones end it. */
function readAs(separator: string, text: string): readonly string[] {
  const cells: string[] = []
  let at = 0
  while (at < text.length) {
    let cell = ''
    if (text[at] === '"') {
      for (at++; at < text.length; at++) {
        if (text[at] !== '"') cell += text[at]
        else if (text[at + 1] === '"') cell += text[++at]
        else break
      }
      at++
    }
    while (at < text.length && text[at] !== separator && text[at] !== '\n') cell += text[at++]
    at++
    cells.push(cell)
  }
  return cells
}

/** As a spreadsheet that quotes do not stop from ending a line or a cell. */
const cutAt = (separator: string, text: string): readonly string[] =>
  text.split(/\r\n|\r|\n/).flatMap((line) => line.split(separator))

const separators = [',', ';', '\t', '|']
const starter = /^\s*[=+\-@＝＋－＠\0]|^\t/

const pieces = fc.constantFrom(
  ...['=', '+', '-', '@', '\t', '\r', '\n', '\r\n', '＝', '＋', '－', '＠', '\0'],
  ...[',', ';', '|', '"', '""', "'", ' ', '  ', '\u00a0', 'a', '1', 'cmd', 'é'],
)
const texts = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''))

describe('the CSV of a history', () => {
  it('[LOG-10] has no cell that begins a formula under any separator', () => {
    fc.assert(
      fc.property(texts, texts, (userAgent, call) => {
        const csv = eventsToCsv([event('mfa_off', { n: 1, values: { userAgent, call } })], { bom: false })
        for (const separator of separators) {
          for (const cell of [...readAs(separator, csv), ...cutAt(separator, csv.replaceAll('"', ''))]) {
            expect(starter.test(cell.replace(/\r$/, '')), JSON.stringify([separator, cell])).toBe(false)
          }
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('gives each value back under a comma, with nothing but marks before formulas', () => {
    fc.assert(
      fc.property(texts, (userAgent) => {
        const csv = eventsToCsv([event('mfa_off', { n: 1, values: { userAgent } })], { bom: false })
        const cell = /(?:,"((?:[^"]|"")*)"|,([^",]*)),[^,]*\r\n$/.exec(csv)
        const value = cell?.[1]?.replaceAll('""', '"') ?? cell?.[2] ?? ''
        expect(value.replaceAll("'", '')).toBe(userAgent.replaceAll("'", ''))
        if (!/[=+\-@\t\r\n＝＋－＠\0]/.test(userAgent)) expect(value).toBe(userAgent)
      }),
      { numRuns: 2000 },
    )
  })
})
