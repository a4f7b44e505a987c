import type { AccountState } from '../../core/account/record/state.ts'
import type { SessionScope } from '../../core/account/sessions/authorization.ts'
import { authorize } from '../../core/account/sessions/authorization.ts'
import type { Clock } from '../../ports/clock.ts'
import { recordIdOf } from '../keys/account-id.ts'
import type { Acting, GrantInput } from '../keys/acting.ts'
import { readActing } from '../keys/acting.ts'
import type { Installation } from '../keys/installation.ts'
import type { OnRecord } from './broken-records.ts'
import type { LoadedRecord, RecordStore } from './record-store.ts'

export interface SignedIn {
  readonly acting: Acting
  readonly record: LoadedRecord<AccountState>
}

/** Loads the record of a grant, for calls that only read. Null: signed out. */
export type LoadSignedIn = (grant: GrantInput, scope?: SessionScope) => Promise<SignedIn | null>

interface LoadParts {
  readonly installation: Installation
  readonly records: RecordStore<AccountState>
  readonly onRecord: OnRecord
  readonly now: Clock
}

export function createLoadSignedIn({ installation, records, onRecord, now }: LoadParts): LoadSignedIn {
  return async (grant, scope) => {
    const acting = readActing(installation, grant, null)
    if (acting === null) return null
    const recordId = recordIdOf(acting.accountId)
    const record = await onRecord(recordId, () => records.load(recordId))
    return record !== null && authorize(record.state, acting.auth, now(), scope).ok ? { acting, record } : null
  }
}
