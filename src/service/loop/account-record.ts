import type { AccountState } from '../../core/account/record/state.ts'
import { accountSchema, emptyAccount } from '../../core/account/record/empty.ts'
import { sealPurposes } from '../../core/account/factors/registry.ts'
import { summarizeAccount } from '../../core/account/record/summary.ts'
import type { RecordKind } from './record-store.ts'

/** An account as a kind of record. */
export const accountRecord: RecordKind<AccountState> = {
  kind: 'account',
  schema: accountSchema,
  empty: emptyAccount,
  summarize: summarizeAccount,
  purposes: sealPurposes,
}
