import type { OnCompromised } from '../../ports/compromised.ts'
import type { EventRow, RecordId } from '../../ports/storage.ts'
import { accountIdOf } from '../keys/account-id.ts'
import { callHook } from './call-hook.ts'
import { readEvents } from './read-rows.ts'
import type { Tell } from './reports.ts'

/** Calls the host's hook for a commit that found that somebody else knows the password. Never throws. */
export type TellCompromised = (recordId: RecordId, rows: readonly EventRow[]) => void

export function createTellCompromised(hook: OnCompromised | undefined, tell: Tell): TellCompromised {
  if (hook === undefined) return () => undefined
  return (recordId, rows) => {
    for (const event of readEvents(rows.filter(({ type }) => type === 'password_known'))) {
      if (event.type !== 'password_known') continue
      const { reason = 'lock' } = event.values
      callHook(
        () => hook({ accountId: accountIdOf(recordId), reason, at: event.at }),
        (cause) => {
          tell('compromised', 'the hook onCompromised failed', { subject: recordId, cause })
        },
      )
    }
  }
}
