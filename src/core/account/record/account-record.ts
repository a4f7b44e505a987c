import { accountSchema, emptyAccount, sealPurposes } from './state.ts'
import { summarizeAccount } from './summary.ts'

/** An account as one kind of record: what the service must know of it to store one. */
export const accountRecord = {
  kind: 'account',
  schema: accountSchema,
  empty: emptyAccount,
  summarize: summarizeAccount,
  purposes: sealPurposes,
} as const
