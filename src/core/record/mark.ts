/** The record and the commit that a token was made in: the birth id of the record, and the number of the commit. */
export interface RecordMark {
  readonly birth: string
  readonly commit: number
}

/**
 * Whether this record made the mark. A record that began anew has another birth id. One that was put back to an older
 * copy has fewer commits, until it has caught up.
 */
export function isMarkOf(record: RecordMark, { birth, commit }: RecordMark): boolean {
  return birth === record.birth && commit <= record.commit
}

/** Whether the record lost commits: the mark is of the same record, and newer than all of it. */
export function isRolledBack(record: RecordMark, { birth, commit }: RecordMark): boolean {
  return birth === record.birth && commit > record.commit
}
