import type { RowCheck } from './check-row.ts'
import { genuineBody } from './check-row.ts'
import type { Fields } from './history-form.ts'
import { shortMac } from './history-form.ts'
import type { StoredEvent } from './history-row.ts'
import { writeBody } from './history-row.ts'

/**
 * The row with what `shorten` leaves of its private fields. Its MACs stay, so the digest does not move. Null: the row
 * is short already, or it is not genuine and stays as it is, for the check to name.
 */
export function shortenRow(check: RowCheck, row: StoredEvent, shorten: (fields: Fields) => Fields): StoredEvent | null {
  const body = genuineBody(check, row)
  if (body?.detail.kind !== 'private') return null
  const { p } = body
  const fields = shorten(body.detail.fields)
  const s = shortMac(check.key, check.place, { n: row.n, p, fields })
  return { ...row, body: writeBody({ ...body, detail: { kind: 'short', fields, s } }) }
}
