import { limits } from '../../limits.ts'
import type { Use, UsedAgain } from '../factors/rules.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import { isRecent } from '../record/recent.ts'
import type { AccountState } from '../record/state.ts'
import { authenticatorOf, withAuthenticator } from './authenticators.ts'
import type { PlaceOfUse } from './state.ts'

export function placeOf({ client, device }: Use): PlaceOfUse {
  return { device, network: client.network, told: false }
}

/**
 * The code that an app used last is typed again. If that happens from another place and at once, two people have it:
 * the owner is told, once for each code.
 */
export function totpUsedAgain(state: AccountState, id: string, use: Use): UsedAgain {
  const found = authenticatorOf(state, id)
  if (found === null) return { state, isSamePlace: false, messages: [] }
  const { usedFrom, label, createdAt } = found
  const isSamePlace = isSame(usedFrom, placeOf(use))
  const lately = isRecent(found.lastUsedAt ?? createdAt, limits.usedElsewhereMs, use.now)
  if (isSamePlace || usedFrom.told || !lately) return { state, isSamePlace, messages: [] }
  const mail = { template: 'code-used-elsewhere', label, at: use.now, ...addressAndBrowser(use.client) } as const
  return {
    state: withAuthenticator(state, id, { usedFrom: { ...usedFrom, told: true } }),
    isSamePlace,
    messages: [notice(mail, use.now)],
  }
}

/** Where a network is not known, nothing shows that it is another one. */
function isSame(one: PlaceOfUse, other: PlaceOfUse): boolean {
  const isSameDevice = one.device !== null && one.device === other.device
  return isSameDevice || one.network === null || other.network === null || one.network === other.network
}
