import { limits } from '../../limits.ts'
import { beginningOf } from '../record/ids.ts'
import type { AccountState, Spent } from '../record/state.ts'

/** A list of tokens that were used. */
export type SpentList = 'spentChallenges' | 'spentProofs' | 'spentCeremonies'

interface SingleUse {
  readonly id: string
  readonly expiresAt: number
}

export function isSpent(state: AccountState, list: SpentList, { id }: Pick<SingleUse, 'id'>): boolean {
  return state[list].some(([spent]) => spent === beginningOf(id))
}

/**
 * Records the one use of a token. Only right answers are recorded, so nobody fills a list by guessing. An entry is kept
 * until the token is over on every server, and never dropped before.
 */
export function spend(state: AccountState, list: SpentList, { id, expiresAt }: SingleUse, now: number): AccountState {
  const entry: Spent = [beginningOf(id), expiresAt]
  return { ...state, [list]: [...state[list].filter((spent) => isKept(spent, now)), entry] }
}

/**
 * Whether a list has no place for one more use. Proofs and ceremonies share their places. The last ones of each list
 * are for known devices and signed-in sessions.
 */
export function isFull(state: AccountState, list: SpentList, who: { readonly own: boolean }, now: number): boolean {
  const lists: readonly SpentList[] = list === 'spentChallenges' ? [list] : ['spentProofs', 'spentCeremonies']
  const used = lists.flatMap((one) => state[one]).filter((spent) => isKept(spent, now)).length
  return used >= (who.own ? limits.spent : limits.spent - limits.spentPlacesKept)
}

/** The clock of another server may be behind this one, and the token still good there. */
function isKept([, end]: Spent, now: number): boolean {
  return end + limits.clocksApartMs > now
}
