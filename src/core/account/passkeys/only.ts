import { canRecover } from '../backup-codes/state.ts'
import type { Context } from '../record/context.ts'
import type { AccountState } from '../record/state.ts'

/**
 * Whether an account may be passkey-only. It needs two passkeys, or one synced passkey and backup codes that can
 * recover it and of which none was used [BC-3]. A passkey does not count if it opens nothing alone. That is so if it
 * never verified its user, if it can be found only by a name, or if it is synced and synced passkeys are refused.
 */
export function canBePasskeyOnly(state: AccountState, { settings }: Context): boolean {
  const refusesSynced = settings.passkeys?.synced === 'refuse'
  const alone = state.passkey.credentials.filter(
    ({ uvInitialized, discoverable, backupEligible }) =>
      uvInitialized && discoverable !== false && !(refusesSynced && backupEligible),
  )
  if (alone.length > 1) return true
  const { set } = state['backup-code']
  const isFresh = set !== null && canRecover(set) && set.usedAt.every((at) => at === null)
  return alone.some((passkey) => passkey.backedUp) && isFresh
}
