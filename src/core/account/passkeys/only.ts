import { limits } from '../../limits.ts'
import type { Context } from '../record/context.ts'
import type { AccountState } from '../record/state.ts'

/**
 * Whether passkeys alone may open the account: two passkeys, or one that is synced beside a set of backup codes of which
 * none was used and which still opens. A passkey that never verified its user, or is found only by a name, or is synced
 * where those are refused, does not count: it opens nothing alone.
 */
export function canBePasskeyOnly(state: AccountState, { settings }: Context): boolean {
  const refusesSynced = settings.passkeys?.synced === 'refuse'
  const alone = state.passkey.credentials.filter(
    ({ uvInitialized, discoverable, backupEligible }) =>
      uvInitialized && discoverable !== false && !(refusesSynced && backupEligible),
  )
  if (alone.length > 1) return true
  const { set, failures } = state['backup-code']
  const isFresh = set !== null && failures < limits.hardStop && set.codes.every((code) => code.usedAt === null)
  return alone.some((passkey) => passkey.backedUp) && isFresh
}
