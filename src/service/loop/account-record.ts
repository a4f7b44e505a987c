import type { AccountState } from '../../core/account/record/state.ts'
import { accountSchema, emptyAccount, sealPurposes } from '../../core/account/record/state.ts'
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
