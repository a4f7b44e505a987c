import { argumentError, requireObject } from '../arguments.ts'

/** Requires rows as `decodeEvent` and `decodeFact` give them, so that later code meets nothing else. */
export function requireRows(rows: unknown, title: string): void {
  if (!Array.isArray(rows)) throw argumentError(title, 'an array')
  for (const row of rows as readonly unknown[]) {
    requireObject(row, `each of ${title}`)
    requireObject(row.values, `values in each of ${title}`)
    if (typeof row.type !== 'string') throw argumentError(`type in each of ${title}`, 'a string')
    for (const name of ['at', 'n']) {
      const value = row[name]
      const isMissing = name === 'n' && value === undefined
      if (!isMissing && typeof value !== 'number') throw argumentError(`${name} in each of ${title}`, 'a number')
    }
  }
}

/** Requires a row in its stored form. */
export function requireStored(row: unknown, title: string): void {
  requireObject(row, title)
  requireObject(row.fields, `${title}.fields`)
}
