import { accountSchema, emptyAccount } from './state.ts'
import { summarizeAccount } from './summary.ts'

/** An account as one kind of record: what the service must know of it to store one. */
export const accountRecord = {
  kind: 'account',
  schema: accountSchema,
  empty: emptyAccount,
  summarize: summarizeAccount,
  /**
   * What each sealed value of the state is for, by the beginning of its path. The first that fits counts. Part of the
   * associated data of every seal: a changed word makes stored values unreadable.
   */
  purposes: [
    ['totp/', 'totp-secret'],
    ['sms/code/digest', 'sms-code-digest'],
    ['sms/', 'phone-number'],
    ['backup-code/', 'backup-code-digest'],
  ],
} as const
