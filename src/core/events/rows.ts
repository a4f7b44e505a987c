import { argumentError, requireObject } from '../arguments.ts'

/** Rows as `decodeEvent` and `decodeFact` give them: what is computed of them cannot stumble over anything else. */
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

/** A row as it is stored. */
export function requireStored(row: unknown, title: string): void {
  requireObject(row, title)
  requireObject(row.fields, `${title}.fields`)
}
