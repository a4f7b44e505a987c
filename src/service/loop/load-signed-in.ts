import type { AccountState } from '../../core/account/record/state.ts'
import type { SessionScope } from '../../core/account/sessions/authorization.ts'
import { authorize } from '../../core/account/sessions/authorization.ts'
import type { Clock } from '../../ports/clock.ts'
import { recordIdOf } from '../keys/account-id.ts'
import type { Acting, GrantInput } from '../keys/acting.ts'
import { markOf } from '../keys/acting.ts'
import type { OnRecord } from './broken-records.ts'
import type { LoadedRecord, RecordStore } from './record-store.ts'
import type { WatchRecord } from './record-watch.ts'

export interface SignedIn {
  readonly acting: Acting
  readonly record: LoadedRecord<AccountState>
}

/** Loads the record of a grant, for calls that only read. Null: signed out. */
export type LoadSignedIn = (grant: GrantInput, scope?: SessionScope) => Promise<SignedIn | null>

interface LoadParts {
  readonly acting: (grant: GrantInput) => Acting | null
  readonly records: RecordStore<AccountState>
  readonly onRecord: OnRecord
  readonly watch: WatchRecord
  readonly now: Clock
}

export function createLoadSignedIn({ acting: actingBy, records, onRecord, watch, now }: LoadParts): LoadSignedIn {
  return async (grant, scope) => {
    const acting = actingBy(grant)
    if (acting === null) return null
    const recordId = recordIdOf(acting.accountId)
    const record = await onRecord(recordId, () => records.load(recordId))
    if (record !== null) watch(record, [markOf(acting)])
    return record !== null && authorize(record.state, acting.auth, now(), scope).ok ? { acting, record } : null
  }
}
