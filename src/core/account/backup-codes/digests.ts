import type { OpenTask, TaskResults } from '../record/tasks.ts'
import { openedBy, openTask } from '../record/tasks.ts'
import type { BackupCodeSet } from './state.ts'

/** Opens the digests of a set: one seal holds them all. */
export function digestsTask(set: BackupCodeSet): OpenTask | null {
  return openTask('state/backup-code/set/digests', set.digests)
}

/** The digest of each code. Undefined: the seal is not opened yet. Empty if it does not open. */
export function openedDigests(set: BackupCodeSet, results: TaskResults): readonly Uint8Array[] | undefined {
  const opened = openedBy(results, digestsTask(set))
  if (opened === undefined) return undefined
  if (opened === null) return []
  const { length } = set.params
  return set.usedAt.map((_, index) => opened.subarray(index * length, (index + 1) * length))
}
