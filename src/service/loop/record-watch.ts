import type { AccountState } from '../../core/account/record/state.ts'
import { limits } from '../../core/limits.ts'
import type { RecordMark } from '../../core/record/mark.ts'
import { isRolledBack } from '../../core/record/mark.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Facts } from './facts.ts'
import type { LoadedRecord } from './record-store.ts'
import type { Tell } from './reports.ts'

/** Looks at a loaded record. `shown` are the marks of the tokens that came with the call. */
export type WatchRecord = (record: LoadedRecord<AccountState>, shown: readonly (RecordMark | null)[]) => void

interface WatchParts {
  readonly facts: Facts
  readonly tell: Tell
  readonly now: Clock
}

const texts = {
  'rolled-back': 'a record is older than a token that it gave out: an old copy was put back, or commits were lost',
  ahead: 'a record was written more than a minute ahead of the clock of this server',
} as const

/**
 * Reports what no answer says: that a record lost commits, or that the clock of this server is behind. Nobody waits for
 * it.
 */
export function createWatchRecord({ facts, tell, now }: WatchParts): WatchRecord {
  const report = (id: string, reason: keyof typeof texts): void => {
    tell('record', texts[reason], { subject: reason })
    const shared = { actor: 'system', call: 'watch' } as const
    facts.later(id, [{ type: 'record_suspect', values: { reason } }], shared, now())
  }

  return ({ id, at, state }, shown) => {
    if (shown.some((mark) => mark !== null && isRolledBack(state.record, mark))) report(id, 'rolled-back')
    if (at > now() + limits.clockAheadMs) report(id, 'ahead')
  }
}
