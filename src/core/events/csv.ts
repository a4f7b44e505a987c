import { argumentError, requireObject } from '../arguments.ts'
import type { Fact, SecurityEvent } from './catalogue.ts'
import { sharedFields } from './catalogue.ts'
import { requireRows } from './rows.ts'
import type { FieldValue } from './stored-text.ts'

const ownColumns = ['time', 'stream', 'number', 'type', 'outcome', 'level'] as const
const sharedColumns = Object.keys(sharedFields)

const longestTime = 8.64e15

function utcFormat(): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
    timeZone: 'UTC',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  })
}

/** ISO 8601 in UTC [LOG-1]. Empty for a number that is no time. */
function timeCell(at: number, format: Intl.DateTimeFormat): string {
  if (!Number.isFinite(at) || Math.abs(at) > longestTime) return ''
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? ''
  const date = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`
  return `${date}T${part('hour')}:${part('minute')}:${part('second')}.${part('fractionalSecond')}Z`
}

function valueCell(value: FieldValue | undefined): string {
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string').join(' ')
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** A spreadsheet reads a cell that begins like this as a formula. Some skip spaces, or read full-width signs too. */
const formula = /^(?:\s*[=+\-@\0＝＋－＠]|\t)/
const lineBreak = /^[\r\n]/

/** After these signs a spreadsheet of some country or setting begins a new cell, or reads a quoted one to its end. */
const pieces = /(?<=[,;\t|\r\n"])/

/**
 * A spreadsheet that separates by another sign than `,` cuts a cell at that sign, also within quotes. So no piece
 * between two such signs may be a formula.
 */
function inert(cell: string): string {
  const safe = cell.split(pieces).map((piece) => (formula.test(piece) ? `'${piece}` : piece))
  return (lineBreak.test(cell) ? "'" : '') + safe.join('')
}

function quote(cell: string): string {
  const text = inert(cell)
  return /[",;|\s]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function cellsOf(row: SecurityEvent | Fact, format: Intl.DateTimeFormat): readonly string[] {
  const values: Readonly<Record<string, FieldValue | undefined>> = row.values
  const number = row.stream === 'events' ? valueCell(row.n) : ''
  const shared = sharedColumns.map((name) => valueCell(values[name]))
  const details = Object.keys(values)
    .filter((name) => !sharedColumns.includes(name))
    .map((name) => `${name}=${valueCell(values[name])}`)
  const own = [row.stream, number, row.type, row.outcome, row.level].map(valueCell)
  return [timeCell(row.at, format), ...own, ...shared, details.join('; ')]
}

export interface CsvOptions {
  /** Without the mark that tells a spreadsheet that the text is UTF-8. Default: with it. */
  readonly bom?: boolean | undefined
}

/**
 * Writes rows as CSV (RFC 4180, with CRLF and a header line) for a spreadsheet. No cell can become a formula, whatever
 * sign the spreadsheet separates by [LOG-10]. It begins with a byte order mark, without which spreadsheets show `Ã©`
 * for `é`. For programs, write the rows as JSON instead. In CSV, fields that only some types have share the column
 * `details`.
 *
 * @contract pure · a text · throws NL_ARGUMENT · LOG-10
 * @example
 * const csv = eventsToCsv([...history.events, ...history.facts], { bom: false })
 * csv.startsWith('time,stream,number,type,outcome,level') // true
 */
export function eventsToCsv(rows: readonly (SecurityEvent | Fact)[], options: CsvOptions = {}): string {
  requireRows(rows, 'rows')
  requireObject(options, 'options')
  const { bom = true } = options
  if (typeof bom !== 'boolean') throw argumentError('options.bom', 'true or false')
  const format = utcFormat()
  const header = [...ownColumns, ...sharedColumns, 'details']
  const lines = [header, ...rows.map((row) => cellsOf(row, format))].map((cells) => `${cells.map(quote).join(',')}\r\n`)
  return (bom ? '\ufeff' : '') + lines.join('')
}
